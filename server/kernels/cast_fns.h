// Casts between element types that are computed with, the same on every device: elementwise_fns.h continued.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "server/kernels/elementwise_fns.h"

namespace eager::server {

// x toward 0 as x86 converts it, where TensorFlow's golden results come from: nan and what does not fit give the
// smallest integer.
template <class Int, class Float>
EAGER_HOST_DEVICE Int ConvertOrLowest(Float x) {
  constexpr Int kMin = std::numeric_limits<Int>::min();
  return x >= static_cast<Float>(kMin) && x < -static_cast<Float>(kMin) ? static_cast<Int>(x) : kMin;
}

// Narrow integers are the low bits of an int32, uint32 those of an int64; uint64 has a range of its own above int64's.
template <class To, class Float>
EAGER_HOST_DEVICE To FloatToInt(Float x) {
  if constexpr (std::is_same_v<To, uint64_t>) {
    constexpr Float kTop = 0x1p63;
    return x >= kTop ? static_cast<uint64_t>(ConvertOrLowest<int64_t>(x - kTop)) | uint64_t{1} << 63
                     : static_cast<uint64_t>(ConvertOrLowest<int64_t>(x));
  } else if constexpr (std::is_same_v<To, uint32_t> || std::is_same_v<To, int64_t>) {
    return static_cast<To>(ConvertOrLowest<int64_t>(x));
  } else {
    return static_cast<To>(ConvertOrLowest<int32_t>(x));
  }
}

// From a number to a number; To may be bool.
template <class To, class From>
EAGER_HOST_DEVICE To CastNumber(From x) {
  if constexpr (std::is_same_v<To, bool>) {
    return x != From(0);
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    return FloatToInt<To>(x);
  } else {
    return static_cast<To>(x);
  }
}

// x without the digits that float does not have.
EAGER_HOST_DEVICE inline double CutToFloat(double x) {
  constexpr uint64_t kInfinity = 0x7ff0000000000000, kNoSign = ~uint64_t{0} >> 1, kKept = ~uint64_t{0} << 29;
  uint64_t bits;
  std::memcpy(&bits, &x, sizeof(x));
  bits &= (bits & kNoSign) > kInfinity ? ~uint64_t{0} : kKept;  // a nan stays one
  std::memcpy(&x, &bits, sizeof(x));
  return x;
}

// x without its last `digits` binary digits: 16 of them bfloat16 does not have, 13 float16. Whether it is a nan its bits
// say: around `x == x` GCC 12 leaves out the cut.
template <int digits>
EAGER_HOST_DEVICE float CutDigits(float x) {
  constexpr uint32_t kInfinity = 0x7f800000, kNoSign = ~uint32_t{0} >> 1, kKept = ~uint32_t{0} << digits;
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof(x));
  bits &= (bits & kNoSign) > kInfinity ? ~uint32_t{0} : kKept;
  std::memcpy(&x, &bits, sizeof(x));
  return x;
}

}  // namespace eager::server
