// The file of --auth-tokens: who holds which token, and may do what. A line is
//   TENANT use|admin sha256:HASH
// Empty lines and what follows a # are nothing. Several lines may name one tenant; a hash stands once.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/auth/token.h"
#include "server/session/tenant.h"

namespace eager::server {

class TokenTable {
 public:
  // INVALID_ARGUMENT, naming `path` and the line.
  static absl::StatusOr<std::shared_ptr<const TokenTable>> Parse(absl::string_view path, absl::string_view text);

  // Who holds this token, null for nobody. Takes equally long whichever line it is, and if it is none.
  const Caller* Find(absl::string_view token) const;

 private:
  struct Row {
    TokenHash hash;
    Caller caller;
  };
  std::vector<Row> rows_;
};

}  // namespace eager::server
