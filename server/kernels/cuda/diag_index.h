// Where the elements of matrices lie in their packed diagonals, and the other way: common/ops/diag_layout.h, one element at
// a time.
#pragma once

#include <cstdint>

#include "common/ops/diag_layout.h"
#include "server/kernels/elementwise_fns.h"

namespace eager::server::cuda {

// Diagonals lower to upper of rows x columns matrices; a matrix's are packed, from the upper one down, as rows of `longest`.
struct DiagIndex {
  int64_t rows, columns, lower, upper, longest;
  bool above_left, below_left;  // at which end diagonals above the main one are packed, and those below it

  DiagIndex(int64_t matrix_rows, int64_t matrix_columns, const DiagRange& range, int64_t longest_packed,
            absl::string_view align)
      : rows(matrix_rows), columns(matrix_columns), lower(range.lower), upper(range.upper), longest(longest_packed),
        above_left(align == "LEFT_RIGHT" || align == "LEFT_LEFT"),
        below_left(align == "RIGHT_LEFT" || align == "LEFT_LEFT") {}

  EAGER_HOST_DEVICE int64_t packed_size() const { return (upper - lower + 1) * longest; }  // of a matrix

  // The place among a matrix's packed diagonals of its element; -1 if that is on none of them.
  EAGER_HOST_DEVICE int64_t Packed(int64_t row, int64_t column) const {
    const int64_t diagonal = column - row;
    if (diagonal < lower || diagonal > upper) return -1;
    return (upper - diagonal) * longest + Offset(diagonal) + (diagonal < 0 ? column : row);
  }

  // The place in a matrix of the `at`-th element of packed row `r`; -1 if that is padding.
  EAGER_HOST_DEVICE int64_t Unpacked(int64_t r, int64_t at) const {
    const int64_t diagonal = upper - r, along = at - Offset(diagonal);
    if (along < 0 || along >= Length(diagonal)) return -1;
    return (along + (diagonal < 0 ? -diagonal : 0)) * columns + along + (diagonal > 0 ? diagonal : 0);
  }

 private:
  EAGER_HOST_DEVICE int64_t Length(int64_t diagonal) const {
    const int64_t below = rows + (diagonal < 0 ? diagonal : 0), right = columns - (diagonal > 0 ? diagonal : 0);
    const int64_t length = below < right ? below : right;
    return length < 0 ? 0 : length;
  }
  EAGER_HOST_DEVICE int64_t Offset(int64_t diagonal) const {
    const bool left = (diagonal >= 0 && above_left) || (diagonal <= 0 && below_left);
    return left ? 0 : longest - Length(diagonal);
  }
};

}  // namespace eager::server::cuda
