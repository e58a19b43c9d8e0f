// What convolutions and pooling share: pairs of sizes, padding and the extents that windows leave.
#pragma once

#include <cstdint>
#include <source_location>
#include <string>
#include <vector>

#include "client/keras/partial_shape.h"

namespace eager::keras::layers {

// A size for rows and columns: 3 is {3, 3}.
struct Pair {
  Pair(int64_t both) : rows(both), columns(both) {}  // NOLINT
  Pair(int64_t r, int64_t c) : rows(r), columns(c) {}
  int64_t rows, columns;
};

// How a window moves over images, (batch, rows, columns, channels).
struct Window {
  Pair size, strides, dilation;
  std::string padding;  // "VALID" or "SAME"

  // INVALID_ARGUMENT, naming the layer's type, for sizes that are not positive and a padding (in either case) that is
  // neither "valid" nor "same".
  static Window Make(const char* type, Pair size, Pair strides, Pair dilation, const std::string& padding,
                     std::source_location where);
  // The images' shape with rows and columns as the windows leave them, and `channels`.
  PartialShape Output(const PartialShape& images, int64_t channels) const;
  // As an op's attribute: {1, rows, columns, 1}.
  static std::vector<int64_t> Attribute(const Pair& pair) { return {1, pair.rows, pair.columns, 1}; }
};

}  // namespace eager::keras::layers
