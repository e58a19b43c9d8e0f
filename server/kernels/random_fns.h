// From the words of Philox' blocks to numbers, as TensorFlow makes them: what every device does for one group of
// numbers, those that follow from one block.
//
// Normal numbers are bit for bit what TensorFlow makes on Linux, that is, with logf and sincosf of glibc 2.28 or later:
// the tables and polynomials are those of Arm's optimized routines (math/logf_data.c, math/sincosf_data.c; MIT
// licence), which glibc and musl have. Only with the same numbers, and no product and sum fused, are the results the
// same.
#pragma once

#include <cmath>
#include <cstdint>
#include <type_traits>

#include "common/philox.h"
#include "server/kernels/elementwise_fns.h"

namespace eager::server {

// Numbers a block gives.
template <class T>
inline constexpr int kGroupOf = sizeof(T) == 8 ? 2 : 4;
// Blocks that a truncated normal reserves for each number of a group, since it draws again what lies too far out.
inline constexpr uint64_t kTruncatedBlocksPerNumber = 64;

// What numbers of T are made in: 16-bit floats as float.
template <class T>
using MadeAs = std::conditional_t<sizeof(T) == 2, float, T>;

// Number i of a block, equally distributed over [0, 1).
template <class T>
[[gnu::always_inline]] EAGER_HOST_DEVICE inline MadeAs<T> UniformAt(const uint32_t* words, int64_t i) {
  if constexpr (std::is_same_v<T, double>) {
    return UnitDouble(words[2 * i], words[2 * i + 1]);
  } else if constexpr (std::is_same_v<T, float>) {
    return UnitFloat(words[i]);
  } else if constexpr (std::is_same_v<T, Float16>) {
    return UnitHalf(words[i]);
  } else {
    static_assert(std::is_same_v<T, BFloat16>);
    return UnitBFloat16(words[i]);
  }
}

// All bits of an integer.
template <class T>
[[gnu::always_inline]] EAGER_HOST_DEVICE inline std::make_unsigned_t<T> BitsAt(const uint32_t* words, int64_t i) {
  if constexpr (sizeof(T) == 8) {
    return words[2 * i] | uint64_t{words[2 * i + 1]} << 32;
  } else {
    return words[i];
  }
}

// Box and Muller, in the steps that loops vectorise one by one.
namespace box_muller {

// The uniform number whose logarithm makes the radius: not 0.
[[gnu::always_inline]] EAGER_HOST_DEVICE inline float ForRadius(uint32_t word) {
  const float u = UnitFloat(word);
  return u < 1.0e-7f ? 1.0e-7f : u;
}
[[gnu::always_inline]] EAGER_HOST_DEVICE inline float Angle(uint32_t word) {
  return static_cast<float>(2.0 * M_PI * UnitFloat(word));
}

// A normal u = 2^k z with z in [0.7, 1.4), and 1/c and ln(c) of a c near z.
struct Split {
  float z;
  int32_t k;
  double inverse, log_c;
};
[[gnu::always_inline]] EAGER_HOST_DEVICE inline Split SplitForLog(float u) {
  static constexpr double kInverse[16] = {
      0x1.661ec79f8f3bep+0, 0x1.571ed4aaf883dp+0, 0x1.49539f0f010bp+0,  0x1.3c995b0b80385p+0, 0x1.30d190c8864a5p+0,
      0x1.25e227b0b8eap+0,  0x1.1bb4a4a1a343fp+0, 0x1.12358f08ae5bap+0, 0x1.0953f419900a7p+0, 0x1p+0,
      0x1.e608cfd9a47acp-1, 0x1.ca4b31f026aap-1,  0x1.b2036576afce6p-1, 0x1.9c2d163a1aa2dp-1, 0x1.886e6037841edp-1,
      0x1.767dcf5534862p-1};
  static constexpr double kLog[16] = {
      -0x1.57bf7808caadep-2, -0x1.2bef0a7c06ddbp-2, -0x1.01eae7f513a67p-2, -0x1.b31d8a68224e9p-3, -0x1.6574f0ac07758p-3,
      -0x1.1aa2bc79c81p-3,   -0x1.a4e76ce8c0e5ep-4, -0x1.1973c5a611cccp-4, -0x1.252f438e10c1ep-5, 0x0p+0,
      0x1.aa5aa5df25984p-5,  0x1.c5e53aa362eb4p-4,  0x1.526e57720db08p-3,  0x1.bc2860d22477p-3,   0x1.1058bc8a07ee1p-2,
      0x1.4043057b6ee09p-2};
  constexpr uint32_t kLowest = 0x3f330000;
  const uint32_t bits = std::bit_cast<uint32_t>(u), above = bits - kLowest, entry = above >> 19 & 15;
  return {std::bit_cast<float>(bits - (above & 0xff800000u)), static_cast<int32_t>(above) >> 23, kInverse[entry],
          kLog[entry]};
}
// ln(u) = k ln(2) + ln(c) + ln(z/c), the last by a polynomial in z/c - 1.
[[gnu::always_inline]] EAGER_HOST_DEVICE inline float Log(const Split& u) {
  const double r = double{u.z} * u.inverse - 1.0, r2 = r * r;
  const double linear = u.log_c + u.k * 0x1.62e42fefa39efp-1 + r;
  double y = 0x1.5575b0be00b6ap-2 * r + -0x1.ffffef20a4123p-2;
  y = -0x1.00ea348b88334p-2 * r2 + y;
  return static_cast<float>(y * r2 + linear);
}
[[gnu::always_inline]] EAGER_HOST_DEVICE inline float Radius(float log) { return std::sqrt(-2.0f * log); }

// An angle in [0, 2 pi) as x in [-pi/4, pi/4] and the number of quarter turns.
struct Reduced {
  double x;
  int32_t quadrant;
};
[[gnu::always_inline]] EAGER_HOST_DEVICE inline Reduced Reduce(float angle) {
  const double y = angle;
  const int32_t quadrant = (static_cast<int32_t>(y * 0x1.45F306DC9C883p+23) + 0x800000) >> 24;  // y * 2/pi, rounded
  return {y - quadrant * 0x1.921FB54442D18p0, quadrant};
}
struct SineAndCosine {
  float sine, cosine;
};
// Polynomials on [-pi/4, pi/4].
[[gnu::always_inline]] EAGER_HOST_DEVICE inline SineAndCosine Polynomials(double x) {
  const double x2 = x * x, x3 = x2 * x, x4 = x2 * x2;
  const double s = 0x1.1107605230bc4p-7 + x2 * -0x1.994eb3774cf24p-13;
  const double c = -0x1.6c087e89a359dp-10 + x2 * 0x1.99343027bf8c3p-16;
  const double c1 = 1.0 + x2 * -0x1.ffffffd0c621cp-2;
  return {static_cast<float>(x + x3 * -0x1.555545995a603p-3 + x3 * x2 * s),
          static_cast<float>(c1 + x4 * 0x1.55553e1068f19p-5 + x4 * x2 * c)};
}
// Swapped and negated as the quadrant asks.
[[gnu::always_inline]] EAGER_HOST_DEVICE inline SineAndCosine Turn(SineAndCosine of, int32_t quadrant) {
  const uint32_t q = static_cast<uint32_t>(quadrant);
  const uint32_t s = std::bit_cast<uint32_t>(of.sine) ^ ((q + 1) & 2) << 30;
  const uint32_t c = std::bit_cast<uint32_t>(of.cosine) ^ (q & 2) << 30;
  const uint32_t swap = (s ^ c) & (0u - (q & 1));
  return {std::bit_cast<float>(s ^ swap), std::bit_cast<float>(c ^ swap)};
}

// Two numbers of mean 0 and deviation 1 from two words.
EAGER_HOST_DEVICE inline void Pair(const uint32_t* words, float* out) {
  const float radius = Radius(Log(SplitForLog(ForRadius(words[0]))));
  const Reduced angle = Reduce(Angle(words[1]));
  const SineAndCosine at = Turn(Polynomials(angle.x), angle.quadrant);
  out[0] = at.sine * radius;
  out[1] = at.cosine * radius;
}
// The same in double from four words, by the device's own log, sine and cosine.
EAGER_HOST_DEVICE inline void Pair(const uint32_t* words, double* out) {
  const double uniform = UnitDouble(words[0], words[1]);
  const double u = uniform < 1.0e-7 ? 1.0e-7 : uniform;
  const double angle = 2.0 * M_PI * UnitDouble(words[2], words[3]);
  const double radius = std::sqrt(-2.0 * std::log(u));
  out[0] = std::sin(angle) * radius;
  out[1] = std::cos(angle) * radius;
}

}  // namespace box_muller
}  // namespace eager::server
