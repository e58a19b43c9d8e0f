// The texts of an array's elements, formatted together where they depend on each other.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "common/host_tensor.h"

namespace eager::print {

// One word per index in `shown` (flat, row-major). Numbers and bools are aligned among themselves; bfloat16 and strings
// are not. The tensor is floating, complex, integer, bool or string.
std::vector<std::string> ElementWords(const HostTensor& tensor, absl::Span<const int64_t> shown);

}  // namespace eager::print
