// A small HTTP server for people and probes: GET and HEAD, short answers, a few threads that the data path does not share.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

struct mg_connection;
struct mg_context;

namespace eager::server {

struct HttpRequest {
  std::string path;  // decoded, without the query
  std::string host;  // the header
  std::optional<std::string> authorization;
  std::string peer;  // an IP address
};

struct HttpResponse {
  int code = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

// Whoever reads or writes slowly holds one of its threads for kTimeout at most. Every answer ends its connection: a browser
// that keeps connections open would hold threads for nothing.
class HttpServer {
 public:
  using Handler = std::function<HttpResponse(const HttpRequest&)>;

  static constexpr int kThreads = 4;
  static constexpr int kTimeoutMilliseconds = 5000;
  static constexpr int kMaxHeaderBytes = 16384;

  // Listens on "IP:port" (port 0: any free one) until it goes. `handler` is called by several threads.
  // INVALID_ARGUMENT for an address that is none, FAILED_PRECONDITION, with the system's reason, for one that cannot be had.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const std::string& address, Handler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;

  // With the port that was chosen.
  const std::string& address() const { return address_; }

 private:
  explicit HttpServer(Handler handler) : handler_(std::move(handler)) {}
  static int Serve(mg_connection* connection);
  static int Log(const mg_connection* connection, const char* message);

  const Handler handler_;
  std::string address_;
  mg_context* context_ = nullptr;
};

}  // namespace eager::server
