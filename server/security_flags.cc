#include "server/security_flags.h"

#include <map>
#include <string>

#include "server/config/checks.h"

namespace eager::server {
namespace {

// "0600" and "600", as chmod has it.
std::string ParseMode(std::string& text) {
  size_t used = 0;
  unsigned long mode = ~0ul;
  try {
    mode = std::stoul(text, &used, 8);
  } catch (const std::exception&) {
  }
  if (used != text.size() || mode > 0777) return "expected a file's mode such as 0600, got " + text;
  text = std::to_string(mode);
  return "";
}

}  // namespace

void AddSecurityFlags(CLI::App& app, SecurityOptions& options) {
  const std::map<std::string, Exposure> open_closed = {{"open", Exposure::kOpen}, {"closed", Exposure::kClosed}};
  std::map<std::string, Exposure> open_closed_off = open_closed;
  open_closed_off.emplace("off", Exposure::kOff);

  app.add_option("--tls-cert", options.tls_cert, "PEM file of the daemon's certificate: TLS on every listener but unix sockets")
      ->envname("EAGERD_TLS_SERVER_CERT")->type_name("FILE");
  app.add_option("--tls-key", options.tls_key, "PEM file of its key")->envname("EAGERD_TLS_SERVER_KEY")->type_name("FILE");
  app.add_option("--tls-client-ca", options.tls_client_ca,
                 "PEM file of who signs clients' certificates; their common name is their tenant")
      ->envname("EAGERD_TLS_CLIENT_CA")->type_name("FILE");
  app.add_option("--tls-client-auth", options.tls_client_required,
                 "Whether every client needs a certificate: require, or optional (then a token will do)")
      ->envname("EAGERD_TLS_CLIENT_AUTH")
      ->transform(OneOf(std::map<std::string, bool>{{"require", true}, {"optional", false}}))->type_name("require|optional")
      ->default_str("require");
  app.add_option("--admin-tenants", options.admin_tenants, "Tenants of certificates that are admins, comma-separated")
      ->envname("EAGERD_ADMIN_TENANTS")->delimiter(',')->allow_extra_args(false)->type_name("NAME,...");
  app.add_option("--auth-tokens", options.auth_tokens,
                 "File of the tokens that callers must have: lines 'TENANT use|admin sha256:HASH', written by eagerctl token new")
      ->envname("EAGERD_AUTH_TOKENS")->type_name("FILE");
  app.add_option("--health", options.health, "Who may ask grpc.health.v1: open (everybody) or closed (known callers)")
      ->envname("EAGERD_HEALTH")->transform(OneOf(open_closed))->type_name("open|closed")->default_str("open");
  app.add_option("--reflection", options.reflection,
                 "Who may ask what services there are: open, closed or off; without it closed where callers must be known, else open")
      ->envname("EAGERD_REFLECTION")->transform(OneOf(open_closed_off))->type_name("open|closed|off");
  app.add_flag("--insecure", options.insecure, "Listen beyond this host although everyone there can read along or call")
      ->envname("EAGERD_INSECURE");
  app.add_option("--unix-socket-mode", options.unix_socket_mode, "File mode of unix sockets")
      ->envname("EAGERD_UNIX_SOCKET_MODE")->transform(CLI::Validator(ParseMode, ""))->type_name("MODE")->default_str("0600");
}

}  // namespace eager::server
