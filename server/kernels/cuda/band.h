// Which elements of matrices lie in a band around the diagonal: shared by host and devices.
#pragma once

#include <cstdint>
#include <type_traits>

#include "server/kernels/cuda/fast_divide.h"

namespace eager::server::cuda {

// Index is uint32_t where FitsIn32Bits holds for all matrices together, else int64_t.
template <class Index>
struct Band {
  using Div = std::conditional_t<sizeof(Index) == 4, Divider, PlainDivider>;
  Div rows, columns;     // of a matrix
  int64_t lower, upper;  // diagonals beside the main one; negative: all

  EAGER_HOST_DEVICE bool Holds(Index i) const {
    const Index all = static_cast<Index>(columns.Divide(i));
    const int64_t column = static_cast<int64_t>(i - all * static_cast<Index>(columns.divisor));
    const int64_t row =
        static_cast<int64_t>(all - static_cast<Index>(rows.Divide(all)) * static_cast<Index>(rows.divisor));
    return (lower < 0 || row - column <= lower) && (upper < 0 || column - row <= upper);
  }
};

}  // namespace eager::server::cuda
