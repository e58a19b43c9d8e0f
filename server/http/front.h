// The daemon's HTTP side as one: options -> a server that answers from a monitor.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/http/http_server.h"
#include "server/http/options.h"
#include "server/http/site.h"

namespace eager::server {

class HttpFront {
 public:
  // Null where it is off, and where nobody chose the address and it is in use: then that is logged. INVALID_ARGUMENT for an
  // address that others could reach, unless `insecure`: HTTP is not encrypted. Else errors as HttpServer::Start's.
  // `monitor` must outlive it.
  static absl::StatusOr<std::unique_ptr<HttpFront>> Start(const HttpOptions& options, bool insecure, Monitor& monitor);

  const std::string& address() const { return server_->address(); }

 private:
  HttpFront(Monitor& monitor, const HttpOptions& options, bool on_host) : site_(monitor, options.auth, on_host) {}

  Site site_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace eager::server
