// Whole small files, and the log lines of reading them again.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace eager::server {

// The contents of each, "" for a path that is "". INVALID_ARGUMENT, naming the file, for one that cannot be read.
absl::StatusOr<std::vector<std::string>> ReadFiles(const std::vector<std::string>& paths);

void LogReload(absl::string_view what, const absl::Status& status);

}  // namespace eager::server
