#include "server/http/http_server.h"

#include <civetweb.h>

#include <array>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/log/log.h"
#include "server/rpc/security/listen_error.h"

namespace eager::server {
namespace {

absl::string_view Reason(int code) {
  switch (code) {
    case 200: return "OK";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 421: return "Misdirected Request";
    case 503: return "Service Unavailable";
    default: return "Internal Server Error";
  }
}

void Write(mg_connection* connection, const HttpResponse& response, bool with_body) {
  std::string text = absl::StrCat("HTTP/1.1 ", response.code, " ", Reason(response.code), "\r\nContent-Type: ", response.type,
                                  "\r\nContent-Length: ", response.body.size(),
                                  "\r\nConnection: close\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
                                  "Referrer-Policy: no-referrer\r\nX-Frame-Options: DENY\r\nContent-Security-Policy: "
                                  "default-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; form-action 'none'; "
                                  "base-uri 'none'\r\n");
  for (const auto& [name, value] : response.headers) absl::StrAppend(&text, name, ": ", value, "\r\n");
  text += "\r\n";
  if (with_body) text += response.body;
  mg_write(connection, text.data(), text.size());
}

// "IP:port", "[IP]:port": what the library takes, which looks up no names.
absl::Status CheckAddress(const std::string& address) {
  const size_t colon = address.rfind(':');
  int port = -1;
  if (colon == std::string::npos || colon == 0 || !absl::SimpleAtoi(address.substr(colon + 1), &port) || port < 0 || port > 65535) {
    return absl::InvalidArgumentError(absl::StrCat("cannot serve HTTP on '", address, "': expected IP:port with a port of 0 to 65535, or off"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& given, Handler handler) {
  std::string address = given;
  if (absl::string_view(address).substr(0, 10) == "localhost:") address = absl::StrCat("127.0.0.1:", address.substr(10));
  if (absl::Status status = CheckAddress(address); !status.ok()) return status;
  auto server = std::unique_ptr<HttpServer>(new HttpServer(std::move(handler)));
  mg_init_library(MG_FEATURES_DEFAULT);  // counts its calls; the first one alone does something
  mg_callbacks callbacks;
  std::memset(&callbacks, 0, sizeof(callbacks));
  callbacks.begin_request = &Serve;
  callbacks.log_message = &Log;
  const std::string threads = absl::StrCat(kThreads), timeout = absl::StrCat(kTimeoutMilliseconds), header = absl::StrCat(kMaxHeaderBytes);
  const char* options[] = {"listening_ports", address.c_str(), "num_threads", threads.c_str(), "request_timeout_ms", timeout.c_str(),
                           "max_request_size", header.c_str(), "enable_keep_alive", "no", nullptr};
  server->context_ = mg_start(&callbacks, server.get(), options);
  if (server->context_ == nullptr) {
    return absl::FailedPreconditionError(absl::StrCat("cannot serve HTTP on ", given, ": ", WhyNotListen(address)));
  }
  std::array<mg_server_port, 1> ports{};
  const int known = mg_get_server_ports(server->context_, static_cast<int>(ports.size()), ports.data());
  server->address_ = absl::StrCat(address.substr(0, address.rfind(':') + 1), known > 0 ? ports[0].port : 0);
  return server;
}

HttpServer::~HttpServer() {
  if (context_ != nullptr) mg_stop(context_);
  mg_exit_library();
}

int HttpServer::Log(const mg_connection*, const char* message) {
  eager::server::Log(LogLevel::kDebug, "http", {{"message", absl::StripAsciiWhitespace(message)}});
  return 1;  // in place of the library's own file
}

int HttpServer::Serve(mg_connection* connection) {
  const mg_request_info& info = *mg_get_request_info(connection);
  const auto& server = *static_cast<const HttpServer*>(info.user_data);
  const std::string method = info.request_method == nullptr ? "" : info.request_method;
  if (method != "GET" && method != "HEAD") {
    Write(connection, {.code = 405, .body = "only GET and HEAD are answered here\n", .headers = {{"Allow", "GET, HEAD"}}}, true);
    return 405;
  }
  HttpRequest request;
  if (info.local_uri != nullptr) request.path = info.local_uri;
  if (const char* host = mg_get_header(connection, "Host")) request.host = host;
  if (const char* authorization = mg_get_header(connection, "Authorization")) request.authorization = authorization;
  request.peer = info.remote_addr;
  const HttpResponse response = server.handler_(request);
  Write(connection, response, method == "GET");
  return response.code;
}

}  // namespace eager::server
