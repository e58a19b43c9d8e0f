// The order of elements by value for selections: as unsigned numbers of the elements' size, and sorting networks over them.
#pragma once

#include <cstdint>

#include "common/dtype.h"
#include "server/kernels/elementwise_fns.h"

namespace eager::server::cuda {

// How the bits of elements of a dtype become their rank: the larger the element, the smaller. nan is larger than all else;
// a negative zero is equal to zero.
struct RankOf {
  uint64_t sign = 0;      // of signed types, its bit
  uint64_t infinity = 0;  // of floats, its bits

  explicit RankOf(DType dtype) {
    switch (dtype) {
      case DType::kFloat16:
        sign = 0x8000, infinity = 0x7c00;
        break;
      case DType::kBFloat16:
        sign = 0x8000, infinity = 0x7f80;
        break;
      case DType::kFloat32:
        sign = 0x80000000, infinity = 0x7f800000;
        break;
      case DType::kFloat64:
        sign = 0x8000000000000000, infinity = 0x7ff0000000000000;
        break;
      case DType::kInt8:
        sign = 0x80;
        break;
      case DType::kInt16:
        sign = 0x8000;
        break;
      case DType::kInt32:
        sign = 0x80000000;
        break;
      case DType::kInt64:
        sign = 0x8000000000000000;
        break;
      default:
        break;
    }
  }

  // U: the unsigned type of the elements' size.
  template <class U>
  EAGER_HOST_DEVICE U operator()(U bits) const {
    const U sign_bit = static_cast<U>(sign);
    if (infinity == 0) return static_cast<U>(~(bits ^ sign_bit));
    const U magnitude = static_cast<U>(bits & ~sign_bit);
    if (magnitude > static_cast<U>(infinity)) return 0;
    if (magnitude == 0 || (bits & sign_bit) == 0) return static_cast<U>(~(magnitude | sign_bit));
    return bits;
  }
};

// Whether the element of rank `a` at place `i` comes before that of rank `b` at place `j`: of equal ones the first does.
template <class U>
EAGER_HOST_DEVICE bool ComesBefore(U a, int i, U b, int j) {
  return a < b || (a == b && i < j);
}

// The smallest power of two that is at least n.
inline int PowerOfTwoAtLeast(int n) {
  int power = 1;
  while (power < n) power *= 2;
  return power;
}

// Bitonic sorting of `size` ranks with their places, a power of two: for run = 2, 4, … size and in it for
// apart = run / 2, … 2, 1, this for every i; the i of one (run, apart) in any order or at once.
template <class U>
EAGER_HOST_DEVICE void BitonicStep(U* ranks, int* places, int run, int apart, int i) {
  const int other = i ^ apart;
  if (other < i) return;
  const bool ascending = (i & run) == 0;
  const U a = ranks[i], b = ranks[other];
  const int at = places[i], other_at = places[other];
  if (ComesBefore(b, other_at, a, at) != ascending) return;
  ranks[i] = b;
  ranks[other] = a;
  places[i] = other_at;
  places[other] = at;
}

}  // namespace eager::server::cuda
