#include "server/rpc/security/authenticator.h"

#include <spdlog/spdlog.h>

#include <atomic>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace eager::server {
namespace {

constexpr absl::string_view kHealth = "/grpc.health.";
constexpr absl::string_view kReflection = "/grpc.reflection.";

// Once a second at most: who is turned away could fill the log otherwise.
void LogRefusal(absl::string_view method, const absl::Status& why) {
  static std::atomic<int64_t> last{0}, left_out{0};
  const int64_t now = absl::ToUnixSeconds(absl::Now());
  int64_t then = last.load(std::memory_order_relaxed);
  if (now == then || !last.compare_exchange_strong(then, now, std::memory_order_relaxed)) {
    left_out.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  // Methods are the caller's words.
  const bool known = absl::c_all_of(method, [](unsigned char c) { return c > ' ' && c < 127 && c != '"'; });
  spdlog::warn("event=call_refused method={} reason=\"{}\" left_out={}", known ? std::string(method.substr(0, 100)) : "?",
               std::string(why.message()), left_out.exchange(0, std::memory_order_relaxed));
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
