// Names of tenants and exports as names of files.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace eager::server {

// Letters, digits, '-', '_', and '.' but for a first one, stand for themselves; every other byte is "%2F".
std::string FileNameOf(absl::string_view tenant);
// The tenant with that file name; none if there can be no such.
std::optional<std::string> TenantOf(absl::string_view file_name);

// INVALID_ARGUMENT unless it is a plain name of at most 128 of those characters.
absl::Status CheckExportName(absl::string_view name);

}  // namespace eager::server
