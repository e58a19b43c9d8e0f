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

inline constexpr uint32_t kNoSign = 0x7fffffffu;

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

// An odd polynomial near 0, else 1 - 2 / (e^2|x| + 1) with the sign of x. The figures are those of Cephes' tanhf.
inline float VectorTanh(float x) {
  const float a = FloatOf(BitsOf(x) & kNoSign), z = x * x;
  float sum = -5.70498872745e-3f;
  sum = sum * z + 2.06390887954e-2f;
  sum = sum * z - 5.37397155531e-2f;
  sum = sum * z + 1.33314422036e-1f;
  sum = sum * z - 3.33332819422e-1f;
  const float small = sum * z * x + x;
  const float large = 1.f - 2.f / (VectorExp(2.f * a) + 1.f);
  const float result = a >= 0.625f ? FloatOf(BitsOf(large) | (BitsOf(x) & ~kNoSign)) : small;
  return a > 0.f ? result : x;  // -0 and nan
}

// An odd polynomial below 1, else 1 - erfc(|x|) with the sign of x. The figures are those of Cephes' erff and erfcf.
inline float VectorErf(float x) {
  const float a = FloatOf(BitsOf(x) & kNoSign), z = x * x;
  float sum = 7.853861353153693e-5f;
  sum = sum * z - 8.010193625184903e-4f;
  sum = sum * z + 5.188327685732524e-3f;
  sum = sum * z - 2.685381193529856e-2f;
  sum = sum * z + 1.128358514861418e-1f;
  sum = sum * z - 3.761262582423300e-1f;
  sum = sum * z + 1.283791670955126e-1f;
  const float small = x * sum + x;
  const float c = a > 4.f ? 4.f : a < 1.f ? 1.f : a;  // beyond 4 it rounds to 1; below 1 it is not used
  const float q = 1.f / c, y = q * q;
  float tail = 2.326819970068386e-2f;
  tail = tail * y - 1.387039388740657e-1f;
  tail = tail * y + 3.687424674597105e-1f;
  tail = tail * y - 5.824733027278666e-1f;
  tail = tail * y + 6.210004621745983e-1f;
  tail = tail * y - 4.944515323274145e-1f;
  tail = tail * y + 3.404879937665872e-1f;
  tail = tail * y - 2.741127028184656e-1f;
  tail = tail * y + 5.638259427386472e-1f;
  const float large = 1.f - VectorExp(-c * c) * q * tail;
  const float result = a >= 1.f ? FloatOf(BitsOf(large) | (BitsOf(x) & ~kNoSign)) : small;
  return a > 0.f ? result : x;  // -0 and nan
}

}  // namespace eager::server
