// Functions of float that the compiler vectorises inside a loop, which it cannot do with calls into the C library. Each
// is a functor for fused_loop.h.
//
// Within 3 units in the last place of the exact result, for every argument: subnormal, infinite and nan as well.
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#include "server/kernels/activation_fns.h"
#include "server/kernels/cpu/element.h"
#include "server/kernels/cpu/fused_loop.h"

namespace eager::server {

// 2^n for -126 <= n <= 127.
EAGER_INLINE float PowerOfTwo(uint32_t n) { return FloatOf((n + 127) << 23); }

inline constexpr uint32_t kNoSign = 0x7fffffffu;

EAGER_INLINE float Magnitude(float x) { return FloatOf(BitsOf(x) & kNoSign); }
EAGER_INLINE float WithSignOf(float x, float magnitude) {
  return FloatOf((BitsOf(magnitude) & kNoSign) | (BitsOf(x) & ~kNoSign));
}

inline constexpr float kLn2High = 0x1.62ep-1f;  // few digits, so that its products with exponents are exact
inline constexpr float kLn2Low = 0x1.0bfbe8p-15f;

// e^x = 2^n * e^r with |r| <= ln(2) / 2, for |x| up to about 100.
template <class A>
struct ExpParts {
  uint32_t n;
  float expm1;  // of r: relative error below 2^-26, from a minimax polynomial

  EAGER_INLINE explicit ExpParts(float x) {
    constexpr float kNoFraction = 0x1.8p23f;  // adding it rounds to an integer, found in the low bits
    constexpr float kLog2E = 0x1.715476p0f;
    const float shifted = A::MulAdd(x, kLog2E, kNoFraction);
    n = BitsOf(shifted) - BitsOf(kNoFraction);
    const float whole = shifted - kNoFraction;
    const float r = A::MulAdd(whole, -kLn2Low, A::MulAdd(whole, -kLn2High, x));
    float sum = 0x1.6db5b8p-10f;
    sum = A::MulAdd(sum, r, 0x1.123c78p-7f);
    sum = A::MulAdd(sum, r, 0x1.55545cp-5f);
    sum = A::MulAdd(sum, r, 0x1.55548ep-3f);
    sum = A::MulAdd(sum, r, 0.5f);
    expm1 = A::MulAdd(sum * r, r, r);
  }
};

inline constexpr float kLowestExp = -104.f, kHighestExp = 89.f;  // beyond them e^x is 0 or infinite

struct VectorExp {
  template <class A>
  EAGER_INLINE static float At(float x) {
    const bool vanishes = x < kLowestExp;
    const float bounded = vanishes ? kLowestExp : x > kHighestExp ? kHighestExp : x;
    const ExpParts<A> parts(bounded);
    // Here rather than by underflow, which processors are slow at.
    const float power = vanishes ? 0.f : parts.expm1 + 1.f;
    // In two steps, for results that are subnormal or overflow.
    const uint32_t half = static_cast<uint32_t>(static_cast<int32_t>(parts.n) >> 1);
    return power * PowerOfTwo(half) * PowerOfTwo(parts.n - half);
  }
};

// e^x - 1 for |x| up to 80, but for the sign of 0.
template <class A>
EAGER_INLINE float BoundedExpm1(float x) {
  const ExpParts<A> parts(x);
  const float power = PowerOfTwo(parts.n);
  return A::MulAdd(parts.expm1, power, power - 1.f);
}

struct VectorExpm1 {
  template <class A>
  EAGER_INLINE static float At(float x) {
    constexpr float kLowest = -18.f;  // from there on it rounds to -1
    const ExpParts<A> parts(x < kLowest ? kLowest : x > kHighestExp ? kHighestExp : x);
    // As in BoundedExpm1, but for half the power first, for results that overflow.
    const uint32_t half = static_cast<uint32_t>(static_cast<int32_t>(parts.n) >> 1), rest = parts.n - half;
    const float power = PowerOfTwo(half);
    return WithSignOf(x, A::MulAdd(parts.expm1, power, power - PowerOfTwo(0u - rest)) * PowerOfTwo(rest));
  }
};

// log(2^e * m) = e * ln(2) + 2 atanh((m - 1) / (m + 1)) with sqrt(1/2) <= m < sqrt(2).
struct VectorLog {
  template <class A>
  EAGER_INLINE static float At(float x) {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    constexpr uint32_t kSqrtHalf = 0x3f3504f3u, kMantissa = 0x007fffffu;
    const bool subnormal = x < std::numeric_limits<float>::min();
    const uint32_t bits = BitsOf(subnormal ? x * 0x1p23f : x);
    const uint32_t shifted = bits - kSqrtHalf;
    const float e = static_cast<float>(static_cast<int32_t>(shifted) >> 23) - (subnormal ? 23.f : 0.f);
    const float m1 = FloatOf((shifted & kMantissa) + kSqrtHalf) - 1.f;
    const float s = m1 / (2.f + m1), z = s * s;
    float sum = 2.f / 9;
    sum = A::MulAdd(sum, z, 2.f / 7);
    sum = A::MulAdd(sum, z, 2.f / 5);
    sum = A::MulAdd(sum, z, 2.f / 3);
    // 2s = m1 - s * m1, and m1 is exact where s is not.
    const float low = A::MulAdd(e, -kLn2Low, s * A::MulAdd(-z, sum, m1));
    float result = A::MulAdd(e, kLn2High, m1 - low);
    result = x < kInfinity ? result : x;  // inf and nan
    result = x == 0.f ? -kInfinity : result;
    return x < 0.f ? std::numeric_limits<float>::quiet_NaN() : result;
  }
};

// log(1 + x): that of the rounded sum, and its slope times what was lost by rounding.
struct VectorLog1p {
  template <class A>
  EAGER_INLINE static float At(float x) {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    const float sum = 1.f + x;
    const float result = VectorLog::At<A>(sum) + (x - (sum - 1.f)) / sum;
    const float finite = x > -1.f ? WithSignOf(x, result) : VectorLog::At<A>(sum);
    return x < kInfinity ? finite : x;
  }
};

// e / (e + 2) with e = e^(2|x|) - 1, and the sign of x.
struct VectorTanh {
  template <class A>
  EAGER_INLINE static float At(float x) {
    constexpr float kOne = 10.f;  // beyond it the result rounds to 1
    const float a = Magnitude(x), bounded = a > kOne ? kOne : a;
    const float e = BoundedExpm1<A>(2.f * bounded);
    return WithSignOf(x, e / (e + 2.f));
  }
};

struct VectorSigmoid {
  template <class A>
  EAGER_INLINE static float At(float x) {
    return 1.f / (1.f + VectorExp::At<A>(-x));
  }
};

struct VectorElu {
  template <class A>
  EAGER_INLINE static float At(float x) {
    return x < 0.f ? VectorExpm1::At<A>(x) : x;
  }
};
struct VectorSelu {
  template <class A>
  EAGER_INLINE static float At(float x) {
    return x < 0.f ? kSeluScaleAlpha<float> * VectorExpm1::At<A>(x) : kSeluScale<float> * x;
  }
};

// max(x, 0) + log(1 + exp(-|x|)).
struct VectorSoftplus {
  template <class A>
  EAGER_INLINE static float At(float x) {
    return (x < 0.f ? 0.f : x) + VectorLog1p::At<A>(VectorExp::At<A>(-Magnitude(x)));
  }
};

// 1 - e^-h with h = -log(erfc(|x|)) and the sign of x. h / |x| is smooth, and the polynomial for it (minimax, weighted by
// what its error does to the result: below 2^-27) serves down to 0.
struct VectorErf {
  template <class A>
  EAGER_INLINE static float At(float x) {
    constexpr float kOne = 4.f;  // beyond it the result rounds to 1
    const float a = Magnitude(x), t = a > kOne ? kOne : a;
    float sum = -0x1.368baap-17f;
    sum = A::MulAdd(sum, t, 0x1.ed60b2p-14f);
    sum = A::MulAdd(sum, t, -0x1.4bc52ep-11f);
    sum = A::MulAdd(sum, t, 0x1.b4fc94p-10f);
    sum = A::MulAdd(sum, t, -0x1.5048b0p-13f);
    sum = A::MulAdd(sum, t, -0x1.39cdd6p-6f);
    sum = A::MulAdd(sum, t, 0x1.a4fa5ep-4f);
    sum = A::MulAdd(sum, t, 0x1.45f2fap-1f);
    sum = A::MulAdd(sum, t, 0x1.06eba8p-3f);  // 2 / sqrt(pi) - 1
    return WithSignOf(x, BoundedExpm1<A>(-A::MulAdd(sum, t, t)));
  }
};

// Sine (quarter 0) or cosine (quarter 1) of |x| <= kMost, which is taken off its multiples of pi / 2 in three parts. Fused
// only: two roundings would leave too few digits near multiples of pi.
template <uint32_t kQuarter>
struct VectorSine {
  static constexpr float kMost = 8192.f;

  template <class A>
  EAGER_INLINE static float At(float x) {
    static_assert(std::is_same_v<A, Fused>);
    constexpr float kNoFraction = 0x1.8p23f;  // as for ExpParts
    const float shifted = A::MulAdd(x, 0x1.45f306p-1f, kNoFraction);
    const float n = shifted - kNoFraction;
    const uint32_t quarter = BitsOf(shifted) + kQuarter;
    float r = A::MulAdd(n, -0x1.921fb6p0f, x);
    r = A::MulAdd(n, 0x1.777a5cp-25f, r);
    r = A::MulAdd(n, 0x1.ee59dap-50f, r);
    const float z = r * r;
    float sine = A::MulAdd(-0x1.994222p-13f, z, 0x1.110736p-7f);
    sine = A::MulAdd(A::MulAdd(sine, z, -0x1.555546p-3f), z * r, r);
    float cosine = A::MulAdd(0x1.99ea20p-16f, z, -0x1.6c0c2ep-10f);
    cosine = A::MulAdd(A::MulAdd(A::MulAdd(cosine, z, 0x1.55554ap-5f), z, -0.5f), z, 1.f);
    const float result = (quarter & 1) != 0 ? cosine : sine;
    const float turned = FloatOf(BitsOf(result) ^ (quarter & 2) << 30);
    return kQuarter == 0 && x == 0.f ? x : turned;  // -0
  }
};

}  // namespace eager::server
