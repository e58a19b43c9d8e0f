#include "server/kernels/cpu/philox_batch.h"

#include <algorithm>
#include <cmath>

namespace eager::server {
namespace {

// Pairs that are taken through all steps together. Each step is a loop of its own, which the compiler vectorises.
constexpr int kPairs = 256;

// ln(1/c) and 1/c at 16 points: the table and the polynomials below are those of Arm's optimized routines
// (math/logf_data.c, math/sincosf_data.c; MIT licence), which glibc and musl have for logf and sincosf. Only with the
// same numbers are the results the same.
constexpr double kInverse[16] = {
    0x1.661ec79f8f3bep+0, 0x1.571ed4aaf883dp+0, 0x1.49539f0f010bp+0,  0x1.3c995b0b80385p+0, 0x1.30d190c8864a5p+0,
    0x1.25e227b0b8eap+0,  0x1.1bb4a4a1a343fp+0, 0x1.12358f08ae5bap+0, 0x1.0953f419900a7p+0, 0x1p+0,
    0x1.e608cfd9a47acp-1, 0x1.ca4b31f026aap-1,  0x1.b2036576afce6p-1, 0x1.9c2d163a1aa2dp-1, 0x1.886e6037841edp-1,
    0x1.767dcf5534862p-1};
constexpr double kLog[16] = {
    -0x1.57bf7808caadep-2, -0x1.2bef0a7c06ddbp-2, -0x1.01eae7f513a67p-2, -0x1.b31d8a68224e9p-3, -0x1.6574f0ac07758p-3,
    -0x1.1aa2bc79c81p-3,   -0x1.a4e76ce8c0e5ep-4, -0x1.1973c5a611cccp-4, -0x1.252f438e10c1ep-5, 0x0p+0,
    0x1.aa5aa5df25984p-5,  0x1.c5e53aa362eb4p-4,  0x1.526e57720db08p-3,  0x1.bc2860d22477p-3,   0x1.1058bc8a07ee1p-2,
    0x1.4043057b6ee09p-2};

// logs[i] = ln(u[i]) for normal numbers u. With u = 2^k z and c near z: ln(u) = k ln(2) + ln(c) + ln(z/c), the last by
// a polynomial in z/c - 1.
[[gnu::always_inline]] inline void Logs(const float* u, int n, float* logs) {
  constexpr uint32_t kLowest = 0x3f330000;  // z is in [0.7, 1.4)
  alignas(64) float z[kPairs];
  alignas(64) int32_t k[kPairs];
  alignas(64) double inverse[kPairs], log_c[kPairs];
  for (int i = 0; i < n; ++i) {
    const uint32_t bits = std::bit_cast<uint32_t>(u[i]), above = bits - kLowest, entry = above >> 19 & 15;
    k[i] = static_cast<int32_t>(above) >> 23;
    z[i] = std::bit_cast<float>(bits - (above & 0xff800000u));
    inverse[i] = kInverse[entry];
    log_c[i] = kLog[entry];
  }
  for (int i = 0; i < n; ++i) {
    const double r = double{z[i]} * inverse[i] - 1.0, r2 = r * r;
    const double linear = log_c[i] + k[i] * 0x1.62e42fefa39efp-1 + r;
    double y = 0x1.5575b0be00b6ap-2 * r + -0x1.ffffef20a4123p-2;
    y = -0x1.00ea348b88334p-2 * r2 + y;
    logs[i] = static_cast<float>(y * r2 + linear);
  }
}

// For angles in [0, 2 pi): polynomials on [-pi/4, pi/4], swapped and negated as the quadrant asks.
[[gnu::always_inline]] inline void SinesAndCosines(const float* angle, int n, float* sines, float* cosines) {
  alignas(64) double reduced[kPairs];
  alignas(64) int32_t quadrant[kPairs];
  for (int i = 0; i < n; ++i) {
    const double y = angle[i];
    quadrant[i] = (static_cast<int32_t>(y * 0x1.45F306DC9C883p+23) + 0x800000) >> 24;  // y * 2/pi, rounded
    reduced[i] = y - quadrant[i] * 0x1.921FB54442D18p0;
  }
  for (int i = 0; i < n; ++i) {
    const double x = reduced[i], x2 = x * x, x3 = x2 * x, x4 = x2 * x2;
    const double s = 0x1.1107605230bc4p-7 + x2 * -0x1.994eb3774cf24p-13;
    const double c = -0x1.6c087e89a359dp-10 + x2 * 0x1.99343027bf8c3p-16;
    const double c1 = 1.0 + x2 * -0x1.ffffffd0c621cp-2;
    sines[i] = static_cast<float>(x + x3 * -0x1.555545995a603p-3 + x3 * x2 * s);
    cosines[i] = static_cast<float>(c1 + x4 * 0x1.55553e1068f19p-5 + x4 * x2 * c);
  }
  for (int i = 0; i < n; ++i) {
    const uint32_t q = static_cast<uint32_t>(quadrant[i]);
    const uint32_t s = std::bit_cast<uint32_t>(sines[i]) ^ ((q + 1) & 2) << 30;
    const uint32_t c = std::bit_cast<uint32_t>(cosines[i]) ^ (q & 2) << 30;
    const uint32_t swap = (s ^ c) & (0u - (q & 1));
    sines[i] = std::bit_cast<float>(s ^ swap);
    cosines[i] = std::bit_cast<float>(c ^ swap);
  }
}

[[gnu::always_inline]] inline void BoxMullerBody(const uint32_t* words, int64_t pairs, float* out) {
  alignas(64) float radius[kPairs], angle[kPairs], sines[kPairs], cosines[kPairs];
  for (int64_t first = 0; first < pairs; first += kPairs, words += 2 * kPairs, out += 2 * kPairs) {
    const int n = static_cast<int>(std::min<int64_t>(kPairs, pairs - first));
    for (int i = 0; i < n; ++i) {
      const float u = UnitFloat(words[2 * i]);
      radius[i] = u < 1.0e-7f ? 1.0e-7f : u;
      angle[i] = static_cast<float>(2.0 * M_PI * UnitFloat(words[2 * i + 1]));
    }
    Logs(radius, n, radius);
    SinesAndCosines(angle, n, sines, cosines);
    for (int i = 0; i < n; ++i) radius[i] = __builtin_sqrtf(-2.0f * radius[i]);
    for (int i = 0; i < n; ++i) {
      out[2 * i] = sines[i] * radius[i];
      out[2 * i + 1] = cosines[i] * radius[i];
    }
  }
}

[[gnu::always_inline]] inline void BlocksBody(const Philox& first, uint64_t stride, int64_t count, uint32_t* out) {
  const uint64_t key = first.key(), low = first.counter_low(), high = first.counter_high();
  for (int64_t i = 0; i < count; ++i) {
    const uint64_t at = low + static_cast<uint64_t>(i) * stride, over = high + (at < low ? 1 : 0);
    uint32_t c0 = static_cast<uint32_t>(at), c1 = static_cast<uint32_t>(at >> 32);
    uint32_t c2 = static_cast<uint32_t>(over), c3 = static_cast<uint32_t>(over >> 32);
    Philox::Encrypt(static_cast<uint32_t>(key), static_cast<uint32_t>(key >> 32), c0, c1, c2, c3);
    out[4 * i] = c0;
    out[4 * i + 1] = c1;
    out[4 * i + 2] = c2;
    out[4 * i + 3] = c3;
  }
}

// The same source, compiled for several processors.
struct Code {
  void (*blocks)(const Philox&, uint64_t, int64_t, uint32_t*);
  void (*box_muller)(const uint32_t*, int64_t, float*);
};

void Blocks(const Philox& first, uint64_t stride, int64_t count, uint32_t* out) {
  BlocksBody(first, stride, count, out);
}
void Normals(const uint32_t* words, int64_t pairs, float* out) { BoxMullerBody(words, pairs, out); }

#if defined(__x86_64__)
#define EAGER_AVX2 [[gnu::target("avx2")]]
#define EAGER_AVX512 [[gnu::target("avx512f,avx512bw,avx512dq,avx512vl,prefer-vector-width=512")]]
EAGER_AVX2 void BlocksAvx2(const Philox& first, uint64_t stride, int64_t count, uint32_t* out) {
  BlocksBody(first, stride, count, out);
}
EAGER_AVX2 void NormalsAvx2(const uint32_t* words, int64_t pairs, float* out) { BoxMullerBody(words, pairs, out); }
EAGER_AVX512 void BlocksAvx512(const Philox& first, uint64_t stride, int64_t count, uint32_t* out) {
  BlocksBody(first, stride, count, out);
}
EAGER_AVX512 void NormalsAvx512(const uint32_t* words, int64_t pairs, float* out) { BoxMullerBody(words, pairs, out); }

Code Choose() {
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl")) {
    return {&BlocksAvx512, &NormalsAvx512};
  }
  if (__builtin_cpu_supports("avx2")) return {&BlocksAvx2, &NormalsAvx2};
  return {&Blocks, &Normals};
}
#else
Code Choose() { return {&Blocks, &Normals}; }
#endif

const Code& Best() {
  static const Code code = Choose();
  return code;
}

}  // namespace

void PhiloxBlocks(const Philox& first, uint64_t stride, int64_t count, uint32_t* out) {
  Best().blocks(first, stride, count, out);
}

void BoxMuller(const uint32_t* words, int64_t pairs, float* out) { Best().box_muller(words, pairs, out); }

void BoxMuller(const uint32_t* words, int64_t pairs, double* out) {
  for (int64_t i = 0; i < pairs; ++i, words += 4, out += 2) {
    const double u = std::max(UnitDouble(words[0], words[1]), 1.0e-7);
    const double angle = 2.0 * M_PI * UnitDouble(words[2], words[3]);
    const double radius = std::sqrt(-2.0 * std::log(u));
    out[0] = std::sin(angle) * radius;
    out[1] = std::cos(angle) * radius;
  }
}

}  // namespace eager::server
