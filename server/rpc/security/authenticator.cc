#include "server/rpc/security/authenticator.h"

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/log/log.h"

namespace eager::server {
namespace {

constexpr absl::string_view kHealth = "/grpc.health.";
constexpr absl::string_view kReflection = "/grpc.reflection.";

// Methods are the caller's words.
void LogRefusal(absl::string_view method, const absl::Status& why) {
  Log(LogLevel::kWarning, "call_refused", {{"method", method.substr(0, 100)}, {"reason", why.message()}});
}

// Of "Bearer TOKEN".
std::optional<absl::string_view> TokenOf(absl::string_view authorization) {
  constexpr absl::string_view kScheme = "Bearer ";
  if (!absl::StartsWithIgnoreCase(authorization, kScheme)) return std::nullopt;
  authorization.remove_prefix(kScheme.size());
  return authorization;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Authenticator>> Authenticator::Make(const SecurityOptions& options) {
  auto made = std::unique_ptr<Authenticator>(new Authenticator(options));
  if (options.auth_tokens.empty()) return made;
  ASSIGN_OR_RETURN(made->tokens_, Reloaded<TokenTable>::Make("tokens of " + options.auth_tokens, {options.auth_tokens},
                                                             [path = options.auth_tokens](const std::vector<std::string>& text) {
                                                               return TokenTable::Parse(path, text[0]);
                                                             }));
  return made;
}

absl::StatusOr<Caller> Authenticator::Identify(const Credentials& credentials, bool on_host) {
  if (!options_.needs_callers()) return Caller{.tenant = "default", .admin = on_host};
  if (credentials.ambiguous) return absl::UnauthenticatedError("the call brings two tokens, or a certificate with two names");
  if (tokens_ != nullptr && credentials.authorization.has_value()) {
    const std::optional<absl::string_view> token = TokenOf(*credentials.authorization);
    if (!token.has_value()) return absl::UnauthenticatedError("expected the header 'authorization: Bearer TOKEN'");
    const std::shared_ptr<const TokenTable> table = tokens_->Get();
    const Caller* caller = table->Find(*token);
    if (caller == nullptr) return absl::UnauthenticatedError("the token is unknown here");
    return *caller;
  }
  if (options_.tls_client_ca.empty()) {
    return absl::UnauthenticatedError("a token is needed: the header 'authorization: Bearer TOKEN' (EAGERD_TOKEN for clients)");
  }
  if (!credentials.common_name.has_value()) {
    return absl::UnauthenticatedError(tokens_ != nullptr ? "a client certificate or a token is needed" : "a client certificate is needed");
  }
  if (!IsTenantName(*credentials.common_name)) {
    return absl::UnauthenticatedError(
        absl::StrCat("the common name of the certificate is no tenant's name, which has ", kTenantNameRule));
  }
  return Caller{.tenant = std::string(*credentials.common_name),
                .admin = absl::c_linear_search(options_.admin_tenants, *credentials.common_name)};
}

absl::Status Authenticator::Admit(absl::string_view method, const Credentials& credentials) {
  const bool health = absl::StartsWith(method, kHealth), reflection = absl::StartsWith(method, kReflection);
  const Exposure exposure = health ? options_.health : reflection ? options_.reflection_exposure() : Exposure::kClosed;
  if (exposure == Exposure::kOpen) return absl::OkStatus();
  if (exposure == Exposure::kOff) return absl::UnimplementedError("this daemon does not offer that service");
  const absl::StatusOr<Caller> caller = Identify(credentials, /*on_host=*/false);
  if (!caller.ok()) LogRefusal(method, caller.status());
  return caller.status();
}

bool Authenticator::guards() const {
  return options_.needs_callers() || options_.reflection_exposure() == Exposure::kOff;
}

void Authenticator::Reload() {
  if (tokens_ != nullptr) tokens_->Reload();
}

}  // namespace eager::server
