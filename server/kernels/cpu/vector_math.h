// Functions of float that the compiler vectorises inside a loop, which it cannot do with calls into the C library.
//
// Within 2 units in the last place of the exact result, for every argument: subnormal, infinite and nan as well.
#pragma once

#include <cstdint>
#include <limits>

#include "server/kernels/cpu/element.h"

namespace eager::server {

// 2^n for -126 <= n <= 127.
inline float PowerOfTwo(uint32_t n) { return FloatOf((n + 127) << 23); }

inline constexpr float kLn2High = 0x1.62ep-1f;  // few digits, so that its products with exponents are exact
inline constexpr float kLn2Low = 0x1.0bfbe8p-15f;

// e^x = 2^n * e^r with |r| <= ln(2) / 2, where seven terms of the series suffice.
inline float VectorExp(float x) {
  constexpr float kLowest = -104.f, kHighest = 89.f;  // beyond them the result is 0 or infinite
  constexpr float kNoFraction = 0x1.8p23f;            // adding it rounds to an integer, found in the low bits
  constexpr float kLog2E = 0x1.715476p0f;
  const bool vanishes = x < kLowest;
  x = vanishes ? kLowest : x;
  x = x > kHighest ? kHighest : x;
  const float shifted = x * kLog2E + kNoFraction;
  const float n = shifted - kNoFraction;
  const float r = (x - n * kLn2High) - n * kLn2Low;
  float sum = 1.f / 5040;
  sum = sum * r + 1.f / 720;
  sum = sum * r + 1.f / 120;
  sum = sum * r + 1.f / 24;
  sum = sum * r + 1.f / 6;
  sum = sum * r + 0.5f;
  sum = sum * r * r + r + 1.f;
  sum = vanishes ? 0.f : sum;  // here rather than by underflow, which processors are slow at
  // In two steps, for results that are subnormal or overflow.
  const uint32_t exponent = BitsOf(shifted) - BitsOf(kNoFraction);
  const uint32_t half = static_cast<uint32_t>(static_cast<int32_t>(exponent) >> 1);
  return sum * PowerOfTwo(half) * PowerOfTwo(exponent - half);
}

// log(2^e * m) = e * ln(2) + 2 atanh((m - 1) / (m + 1)) with sqrt(1/2) <= m < sqrt(2).
inline float VectorLog(float x) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  constexpr uint32_t kSqrtHalf = 0x3f3504f3u, kMantissa = 0x007fffffu;
  const bool subnormal = x < std::numeric_limits<float>::min();
  const uint32_t bits = BitsOf(subnormal ? x * 0x1p23f : x);
  const uint32_t shifted = bits - kSqrtHalf;
  const float e = static_cast<float>(static_cast<int32_t>(shifted) >> 23) - (subnormal ? 23.f : 0.f);
  const float m1 = FloatOf((shifted & kMantissa) + kSqrtHalf) - 1.f;
  const float s = m1 / (2.f + m1), z = s * s;
  float sum = 2.f / 9;
  sum = sum * z + 2.f / 7;
  sum = sum * z + 2.f / 5;
  sum = sum * z + 2.f / 3;
  // 2s = m1 - s * m1, and m1 is exact where s is not.
  float result = e * kLn2High + (m1 - (s * (m1 - z * sum) - e * kLn2Low));
  result = x < kInfinity ? result : x;  // inf and nan
  result = x == 0.f ? -kInfinity : result;
  return x < 0.f ? std::numeric_limits<float>::quiet_NaN() : result;
}

}  // namespace eager::server
