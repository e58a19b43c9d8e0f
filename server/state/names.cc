#include "server/state/names.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace eager::server {
namespace {

constexpr size_t kMaxExportName = 128;

bool IsPlain(absl::string_view name, size_t i) {
  return absl::ascii_isalnum(name[i]) || name[i] == '-' || name[i] == '_' || (name[i] == '.' && i > 0);
}

}  // namespace

std::string FileNameOf(absl::string_view tenant) {
  std::string name;
  for (size_t i = 0; i < tenant.size(); ++i) {
    if (IsPlain(tenant, i)) {
      name += tenant[i];
    } else {
      absl::StrAppend(&name, "%", absl::AsciiStrToUpper(absl::BytesToHexString(tenant.substr(i, 1))));
    }
  }
  return name;
}

std::optional<std::string> TenantOf(absl::string_view file_name) {
  std::string tenant;
  for (size_t i = 0; i < file_name.size(); ++i) {
    if (file_name[i] != '%') {
      tenant += file_name[i];
    } else if (i + 2 < file_name.size() && absl::ascii_isxdigit(file_name[i + 1]) && absl::ascii_isxdigit(file_name[i + 2])) {
      tenant += absl::HexStringToBytes(file_name.substr(i + 1, 2));
      i += 2;
    }
  }
  // Whatever is written in another way than ours is not ours.
  if (tenant.empty() || FileNameOf(tenant) != file_name) return std::nullopt;
  return tenant;
}

absl::Status CheckExportName(absl::string_view name) {
  bool plain = !name.empty() && name.size() <= kMaxExportName;
  for (size_t i = 0; plain && i < name.size(); ++i) plain = IsPlain(name, i);
  if (plain) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("'", absl::CHexEscape(name.substr(0, kMaxExportName)),
                                                 "' is no name for an export: up to ", kMaxExportName,
                                                 " letters, digits, '-', '_' and '.' are, not beginning with '.'"));
}

}  // namespace eager::server
