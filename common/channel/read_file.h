// Whole small files: certificates, keys, tokens.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace eager {

// INVALID_ARGUMENT, naming the file and the system's reason, for what cannot be read.
absl::StatusOr<std::string> ReadFile(const std::string& path);

}  // namespace eager
