// Bearer tokens: a daemon keeps only their hashes, in a file that eagerctl writes the lines of.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace eager {

using TokenHash = std::array<uint8_t, 32>;  // SHA-256

// A fresh token: 256 bits of the system's randomness, in hexadecimal digits.
absl::StatusOr<std::string> NewToken();

TokenHash HashToken(absl::string_view token);
// Without an early end: how long it takes tells nothing of where two hashes differ.
bool SameHash(const TokenHash& a, const TokenHash& b);

// "sha256:" and 64 hexadecimal digits, as they stand in the file.
std::string ToText(const TokenHash& hash);
absl::StatusOr<TokenHash> ParseTokenHash(absl::string_view text);

// Names of tenants stand in files, logs and listings: 1 to 64 letters, digits and . _ - @ + :
bool IsTenantName(absl::string_view name);
inline constexpr absl::string_view kTenantNameRule = "1 to 64 letters, digits and . _ - @ + :";

}  // namespace eager
