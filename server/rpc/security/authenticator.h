// Finds out who makes a call, and whether it may be made at all.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/rpc/security/options.h"
#include "server/rpc/security/reloaded.h"
#include "server/rpc/security/token_table.h"
#include "server/session/tenant.h"

namespace eager::server {

// What a call brings along. Views are of the call's own memory.
struct Credentials {
  std::optional<absl::string_view> authorization;  // the header
  std::optional<absl::string_view> common_name;    // of a certificate that was checked
  bool ambiguous = false;                          // two headers, or two names
};

// Thread-safe.
class Authenticator {
 public:
  // INVALID_ARGUMENT for a file of tokens that cannot be read.
  static absl::StatusOr<std::unique_ptr<Authenticator>> Make(const SecurityOptions& options);

  // A token, where there is one, says who calls; else the certificate does. UNAUTHENTICATED for an unknown token, and for
  // neither. Where callers need not say who they are, all are the default tenant: admins, if `on_host`.
  absl::StatusOr<Caller> Identify(const Credentials& credentials, bool on_host);
  // Whether a call of this method may be made: every method but open ones needs a caller.
  absl::Status Admit(absl::string_view method, const Credentials& credentials);
  // Whether Admit ever refuses.
  bool guards() const;
  // Reads the tokens now if they changed.
  void Reload();

 private:
  explicit Authenticator(const SecurityOptions& options) : options_(options) {}

  const SecurityOptions options_;
  std::unique_ptr<Reloaded<TokenTable>> tokens_;  // null: there are none
};

}  // namespace eager::server
