// Whether elements are zero, by their bits: the same for every dtype of a size. The twin of common/ops/nonzero.h.
#pragma once

#include <cstdint>

#include "common/dtype.h"
#include "server/kernels/elementwise_fns.h"

namespace eager::server::cuda {

// Where the sign of a zero is left out, for dtypes that have one.
struct NonzeroBits {
  const void* elements;
  int size;       // of an element, in bytes: a power of two up to 16
  uint64_t mask;  // of each 64 bits of it, or of as many as it has

  static uint64_t Mask(DType dtype) {
    switch (dtype) {
      case DType::kFloat16:
      case DType::kBFloat16:
        return 0x7fff;
      case DType::kFloat32:
        return 0x7fffffff;
      case DType::kComplex64:
        return 0x7fffffff7fffffff;
      case DType::kFloat64:
      case DType::kComplex128:
        return 0x7fffffffffffffff;
      default:
        return ~uint64_t{0};
    }
  }

  EAGER_HOST_DEVICE bool operator()(int64_t i) const {
    switch (size) {
      case 1:
        return (static_cast<const uint8_t*>(elements)[i] & mask) != 0;
      case 2:
        return (static_cast<const uint16_t*>(elements)[i] & mask) != 0;
      case 4:
        return (static_cast<const uint32_t*>(elements)[i] & mask) != 0;
      case 8:
        return (static_cast<const uint64_t*>(elements)[i] & mask) != 0;
      default:
        const uint64_t* const parts = static_cast<const uint64_t*>(elements) + 2 * i;
        return ((parts[0] | parts[1]) & mask) != 0;
    }
  }
};

}  // namespace eager::server::cuda
