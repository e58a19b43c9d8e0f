// Which index an element of OneHot's output belongs to: shared by host and devices.
#pragma once

#include <cstdint>
#include <type_traits>

#include "common/dtype.h"
#include "server/kernels/cuda/fast_divide.h"

namespace eager::server::cuda {

// Index i of a tensor of one of the integer types that OneHot takes.
EAGER_HOST_DEVICE inline int64_t IntAt(const void* indices, DType dtype, int64_t i) {
  switch (dtype) {
    case DType::kUint8:
      return static_cast<const uint8_t*>(indices)[i];
    case DType::kInt8:
      return static_cast<const int8_t*>(indices)[i];
    case DType::kInt32:
      return static_cast<const int32_t*>(indices)[i];
    default:
      return static_cast<const int64_t*>(indices)[i];
  }
}

// The output is [outer, depth, inner] around the new axis. Index is uint32_t where FitsIn32Bits holds for it, else
// int64_t.
template <class Index>
struct OneHotView {
  using Div = std::conditional_t<sizeof(Index) == 4, Divider, PlainDivider>;
  Div depth, inner;
  const void* indices;
  DType dtype;

  EAGER_HOST_DEVICE bool IsHot(Index i) const {
    const Index row = static_cast<Index>(inner.Divide(i));
    const Index outer = static_cast<Index>(depth.Divide(row));
    const Index at = row - outer * static_cast<Index>(depth.divisor);
    const Index index = outer * static_cast<Index>(inner.divisor) + i - row * static_cast<Index>(inner.divisor);
    return IntAt(indices, dtype, static_cast<int64_t>(index)) == static_cast<int64_t>(at);
  }
};

}  // namespace eager::server::cuda
