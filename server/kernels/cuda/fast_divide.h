// Division by a number that many threads share: a product and a shift in place of a division, exact below 2^31.
#pragma once

#include <cstdint>

#include "server/kernels/elementwise_fns.h"

namespace eager::server::cuda {

// By the method of Granlund and Montgomery, "Division by Invariant Integers using Multiplication" (1994).
struct Divider {
  uint32_t divisor = 1;
  uint32_t multiplier = 0;
  uint32_t shift = 0;

  Divider() = default;
  // `d` from 1 to 2^31.
  explicit Divider(uint32_t d) : divisor(d) {
    while ((uint64_t{1} << shift) < d) ++shift;
    multiplier = static_cast<uint32_t>(((uint64_t{1} << 32) * ((uint64_t{1} << shift) - d)) / d + 1);
  }
  EAGER_HOST_DEVICE uint32_t Divide(uint32_t n) const {
    const uint32_t high = static_cast<uint32_t>((static_cast<uint64_t>(n) * multiplier) >> 32);
    return (high + n) >> shift;
  }
};

// The same interface over 64 bits, by the processor's own division.
struct PlainDivider {
  int64_t divisor = 1;
  PlainDivider() = default;
  explicit PlainDivider(int64_t d) : divisor(d) {}
  EAGER_HOST_DEVICE int64_t Divide(int64_t n) const { return n / divisor; }
};

}  // namespace eager::server::cuda
