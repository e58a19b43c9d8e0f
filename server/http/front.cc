#include "server/http/front.h"

#include "absl/strings/str_cat.h"
#include "common/channel/address.h"
#include "server/log/log.h"

namespace eager::server {

absl::StatusOr<std::unique_ptr<HttpFront>> HttpFront::Start(const HttpOptions& options, bool insecure, Monitor& monitor) {
  if (options.off()) return nullptr;
  const bool on_host = StaysOnHost(options.address);
  if (!on_host) {
    constexpr char kRisk[] = "HTTP is not encrypted, and others on the network can read metrics, and tokens of who looks at the page";
    if (!insecure) {
      return absl::InvalidArgumentError(absl::StrCat("--http ", options.address, " may be reached from other hosts: ", kRisk,
                                                     "; serve it on 127.0.0.1, or accept it with --insecure"));
    }
    Log(LogLevel::kWarning, "insecure_listener", {{"address", options.address}, {"risk", kRisk}});
  }
  auto front = std::unique_ptr<HttpFront>(new HttpFront(monitor, options, on_host));
  auto server = HttpServer::Start(options.address, [site = &front->site_](const HttpRequest& request) { return site->Answer(request); });
  if (!server.ok()) {
    if (options.chosen) return server.status();
    Log(LogLevel::kWarning, "no_http",
        {{"reason", server.status().message()}, {"advice", "another address with --http, or --http off"}});
    return nullptr;
  }
  front->server_ = *std::move(server);
  Log(LogLevel::kInfo, "http_listening", {{"address", front->address()}});
  return front;
}

}  // namespace eager::server
