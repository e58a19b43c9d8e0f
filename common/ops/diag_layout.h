// Where the diagonals of matrices lie when they are packed as rows: shared by the rows of MatrixDiagV3,
// MatrixDiagPartV3 and MatrixSetDiagV3 and by their kernels.
#pragma once

#include <algorithm>

#include "absl/status/statusor.h"
#include "common/host_tensor.h"
#include "common/shape.h"

namespace eager {

// Diagonals lower to upper, counted from the main one, which is 0; those above it are positive.
struct DiagRange {
  int64_t lower = 0, upper = 0;

  // Of the input `k`: a scalar, or a vector of one or two. INVALID_ARGUMENT for anything else, also if upper < lower.
  static absl::StatusOr<DiagRange> Make(const HostView& k);

  int64_t count() const { return upper - lower + 1; }
  // How long the longest of them is.
  int64_t MaxLength(int64_t rows, int64_t columns) const {
    return std::min(rows + std::min<int64_t>(upper, 0), columns - std::max<int64_t>(lower, 0));
  }
};

// One diagonal of a rows x columns matrix and its place in a packed row.
struct DiagPlace {
  int64_t row = 0, column = 0;  // of its first element
  int64_t length = 0;
  int64_t offset = 0;  // of its first element in the packed row of `max_length`
};

// `align` is the ops' attribute: at which end the diagonals above the main one are packed, then those below it; the
// main one is at the left if either is.
inline DiagPlace PlaceOf(int64_t diagonal, int64_t rows, int64_t columns, int64_t max_length, absl::string_view align) {
  const bool above_left = align == "LEFT_RIGHT" || align == "LEFT_LEFT";
  const bool below_left = align == "RIGHT_LEFT" || align == "LEFT_LEFT";
  DiagPlace place;
  place.row = std::max<int64_t>(-diagonal, 0);
  place.column = std::max<int64_t>(diagonal, 0);
  place.length = std::max<int64_t>(0, std::min(rows - place.row, columns - place.column));
  const bool left = (diagonal >= 0 && above_left) || (diagonal <= 0 && below_left);
  place.offset = left ? 0 : max_length - place.length;
  return place;
}

}  // namespace eager
