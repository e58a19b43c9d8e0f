#include "client/error.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "common/ops/op_table.h"

namespace eager {
namespace {

std::string What(const absl::Status& status, const std::source_location& where) {
  std::string_view file = where.file_name();
  if (const size_t slash = file.rfind('/'); slash != std::string_view::npos) file.remove_prefix(slash + 1);
  return absl::StrCat(absl::StatusCodeToString(status.code()), ": ", status.message(), " (", std::string(file), ":", where.line(), ")");
}

// Messages of failed ops start with the op's name.
std::string OpOf(const absl::Status& status) {
  const absl::string_view message = status.message();
  const size_t colon = message.find(':');
  if (colon == absl::string_view::npos) return "";
  const OpSpec* op = OpTable::Builtin().Find(message.substr(0, colon));
  return op == nullptr ? "" : std::string(op->name);
}

}  // namespace

Error::Error(absl::Status status, std::source_location where)
    : std::runtime_error(What(status, where)), status_(std::move(status)), op_(OpOf(status_)), where_(where) {}

}  // namespace eager
