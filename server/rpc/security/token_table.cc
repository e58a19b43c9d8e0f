#include "server/rpc/security/token_table.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status_macros.h"

namespace eager::server {
namespace {

// The words of a line; the hash alone is checked apart.
absl::StatusOr<Caller> ParseCaller(const std::vector<absl::string_view>& words) {
  if (words.size() != 3) {
    return absl::InvalidArgumentError(absl::StrCat("expected 'TENANT use|admin sha256:HASH', got ", words.size(), " words"));
  }
  if (!IsTenantName(words[0])) return absl::InvalidArgumentError(absl::StrCat("a tenant's name has ", kTenantNameRule));
  if (words[1] != "use" && words[1] != "admin") {
    return absl::InvalidArgumentError(absl::StrCat("the role is 'use' or 'admin', not '", words[1], "'"));
  }
  return Caller{.tenant = std::string(words[0]), .admin = words[1] == "admin"};
}

}  // namespace

absl::StatusOr<std::shared_ptr<const TokenTable>> TokenTable::Parse(absl::string_view path, absl::string_view text) {
  auto table = std::make_shared<TokenTable>();
  int number = 0;
  const auto wrong = [&](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat(path, ", line ", number, ": ", why));
  };
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    const std::vector<absl::string_view> words =
        absl::StrSplit(line.substr(0, line.find('#')), absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
    if (words.empty()) continue;
    absl::StatusOr<Caller> caller = ParseCaller(words);
    if (!caller.ok()) return wrong(caller.status().message());
    const absl::StatusOr<TokenHash> hash = ParseTokenHash(words[2]);
    if (!hash.ok()) return wrong(hash.status().message());
    for (const Row& row : table->rows_) {
      if (row.hash == *hash) return wrong("this token stands in a line above as well");
    }
    table->rows_.push_back({*hash, *std::move(caller)});
  }
  if (table->rows_.empty()) return absl::InvalidArgumentError(absl::StrCat(path, ": holds no token, so nobody could call"));
  return table;
}

const Caller* TokenTable::Find(absl::string_view token) const {
  const TokenHash hash = HashToken(token);
  // Index by index, with the same steps for a hit and a miss.
  size_t found = 0;
  for (size_t i = 0; i < rows_.size(); ++i) found |= (i + 1) * static_cast<size_t>(SameHash(rows_[i].hash, hash));
  return found == 0 ? nullptr : &rows_[found - 1].caller;
}

}  // namespace eager::server
