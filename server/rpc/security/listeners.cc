#include "server/rpc/security/listeners.h"

#include "absl/strings/str_cat.h"
#include "common/auth/token.h"
#include "common/channel/address.h"
#include "common/status_macros.h"
#include "server/log/log.h"

namespace eager::server {
namespace {

absl::Status CheckOptions(const SecurityOptions& options) {
  if (options.tls_cert.empty() != options.tls_key.empty()) {
    return absl::InvalidArgumentError("--tls-cert and --tls-key are given together, or neither");
  }
  if (!options.tls_client_ca.empty() && options.tls_cert.empty()) {
    return absl::InvalidArgumentError("--tls-client-ca needs --tls-cert and --tls-key");
  }
  if (!options.admin_tenants.empty() && options.tls_client_ca.empty()) {
    return absl::InvalidArgumentError("--admin-tenants are those of certificates, and need --tls-client-ca");
  }
  for (const std::string& tenant : options.admin_tenants) {
    if (!IsTenantName(tenant)) {
      return absl::InvalidArgumentError(absl::StrCat("--admin-tenants: '", tenant, "' is no tenant's name: ", kTenantNameRule));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckListeners(const SecurityOptions& options, const std::vector<std::string>& addresses) {
  RETURN_IF_ERROR(CheckOptions(options));
  const bool tls = !options.tls_cert.empty();
  for (const std::string& address : addresses) {
    if (IsUnixSocket(address) && options.needs_callers() && options.auth_tokens.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          address, ": a unix socket has no certificates, so nobody could call there; add --auth-tokens"));
    }
    if (StaysOnHost(address) || (tls && options.needs_callers())) continue;
    const absl::string_view risk = tls ? "without --auth-tokens or --tls-client-ca everyone who reaches it may use it"
                                   : options.needs_callers()
                                       ? "without TLS others on the network can read values and tokens"
                                       : "without TLS and --auth-tokens everyone who reaches it may read and use it";
    if (!options.insecure) {
      return absl::InvalidArgumentError(
          absl::StrCat(address, " may be reached from other hosts: ", risk,
                       "; add --tls-cert, --tls-key and --auth-tokens or --tls-client-ca, or accept it with --insecure"));
    }
    Log(LogLevel::kWarning, "insecure_listener", {{"address", address}, {"risk", risk}});
  }
  return absl::OkStatus();
}

}  // namespace eager::server
