#include "server/http_flags.h"

#include <map>
#include <string>

namespace eager::server {

void AddHttpFlags(CLI::App& app, HttpOptions& options) {
  app.add_option("--http", options.address,
                 "IP:port for HTTP: /metrics, /healthz, /readyz and a status page at / (port 0: any free one); off: none. "
                 "Where the default is in use, the daemon goes on without")
      ->envname("EAGERD_HTTP")->capture_default_str()->each([&options](const std::string&) { options.chosen = true; });
  app.add_option("--http-auth", options.auth,
                 "What needs a token on HTTP, where callers need one: pages (the status page; an admin's token), or all")
      ->envname("EAGERD_HTTP_AUTH")
      ->transform(CLI::CheckedTransformer(std::map<std::string, HttpAuth>{{"pages", HttpAuth::kPages}, {"all", HttpAuth::kAll}}))
      ->default_str("pages");
}

}  // namespace eager::server
