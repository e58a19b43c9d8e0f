// Strings cut into pieces, for StringSplit's shapes and kernels: views into the text.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"

namespace eager {

using Pieces = std::vector<absl::string_view>;

// As Python's text.split(separator, most): by spaces where the separator is empty, at most so many times unless that is negative.
Pieces SplitText(absl::string_view text, absl::string_view separator, int64_t most);

// At every byte that is one of the delimiters; each byte is a piece where there are none.
Pieces SplitByAny(absl::string_view text, absl::string_view delimiters, bool skip_empty);

}  // namespace eager
