// Where the i-th point of some axes of a tensor lies: index arithmetic of reductions, which host and devices share.
#pragma once

#include <algorithm>
#include <cstdint>

#include "server/kernels/cuda/fast_divide.h"

// For loops that are long enough as they are.
#if defined(__CUDACC__)
#define EAGER_NO_UNROLL _Pragma("unroll 1")
#else
#define EAGER_NO_UNROLL
#endif

namespace eager::server::cuda {

// A division that is fast below 2^31 and right beyond.
struct AnyDivider {
  static constexpr int64_t kFast = int64_t{1} << 31;
  Divider fast;
  int64_t divisor = 1;

  AnyDivider() = default;
  // An extent, which may be 0 as long as nothing is divided.
  explicit AnyDivider(int64_t d) : fast(d >= 1 && d <= kFast ? static_cast<uint32_t>(d) : 1u), divisor(d) {}
  EAGER_HOST_DEVICE int64_t Divide(int64_t n) const {
    return n < kFast && divisor <= kFast ? static_cast<int64_t>(fast.Divide(static_cast<uint32_t>(n))) : n / divisor;
  }
};

// Axes, innermost first, with a step in elements along each.
struct Walk {
  static constexpr int kMaxRank = 8;
  int rank = 0;
  AnyDivider extents[kMaxRank];
  int64_t steps[kMaxRank] = {};

  // False if there is no room for another axis, outside of those before.
  bool Push(int64_t extent, int64_t step) {
    if (rank == kMaxRank) return false;
    extents[rank] = AnyDivider(extent);
    steps[rank++] = step;
    return true;
  }
  EAGER_HOST_DEVICE int64_t operator()(int64_t i) const {
    int64_t offset = 0;
    EAGER_NO_UNROLL
    for (int axis = 0; axis + 1 < rank; ++axis) {
      const int64_t outer = extents[axis].Divide(i);
      offset += (i - outer * extents[axis].divisor) * steps[axis];
      i = outer;
    }
    return rank == 0 ? 0 : offset + i * steps[rank - 1];
  }
};

// The least power of two that is not below n, which is at most 2^30.
inline int PowerOf2AtLeast(int64_t n) {
  int power = 1;
  while (power < n) power *= 2;
  return power;
}

inline int64_t CeilDiv(int64_t n, int64_t d) { return (n + d - 1) / d; }

}  // namespace eager::server::cuda
