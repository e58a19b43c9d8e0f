// Types to move elements by, where only their size matters.
#pragma once

#include "server/kernels/cuda/number.cuh"
#include "server/kernels/cuda/unit_bytes.h"

namespace eager::server::cuda {

struct alignas(16) Unit16 {
  uint64_t low = 0, high = 0;
};

// Calls f.template operator()<Unit>() for the unit of 1, 2, 4, 8 or 16 bytes.
template <class F>
void VisitUnit(int bytes, F f) {
  switch (bytes) {
    case 1:
      return f.template operator()<uint8_t>();
    case 2:
      return f.template operator()<uint16_t>();
    case 4:
      return f.template operator()<uint32_t>();
    case 8:
      return f.template operator()<uint64_t>();
    default:
      return f.template operator()<Unit16>();
  }
}

// Calls f.template operator()<Index>() for an index type that n elements fit in.
template <class F>
void VisitIndex(bool fits_in_32_bits, F f) {
  if (fits_in_32_bits) return f.template operator()<uint32_t>();
  f.template operator()<int64_t>();
}

}  // namespace eager::server::cuda
