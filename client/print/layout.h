// Where the words of an array stand: brackets, line breaks, indents, and the "..." of large arrays.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/shape.h"

namespace eager::print {

// NumPy's print options, at their defaults.
inline constexpr int kLineWidth = 75;
inline constexpr int64_t kThreshold = 1000;  // arrays of more elements are summarised
inline constexpr int64_t kEdgeItems = 3;     // shown at each end of an axis in a summary

// What stands around the values.
struct Frame {
  absl::string_view separator;  // between two elements of a row
  int indent = 0;               // columns before the first bracket
  int width = kLineWidth;       // columns a line may have
};

// Whether the array is too large to be shown in full.
bool IsSummarized(const Shape& shape);

// The flat indices of the elements that are shown, in the order in which they are printed.
std::vector<int64_t> ShownElements(const Shape& shape);

// The array with brackets. `words` are the texts of ShownElements(shape). For rank >= 1 and at least one element.
std::string LayOut(const Shape& shape, absl::Span<const std::string> words, const Frame& frame);

}  // namespace eager::print
