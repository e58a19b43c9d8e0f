#include "server/kernels/cpu/philox_batch.h"

#include <algorithm>

#include "server/kernels/random_fns.h"

namespace eager::server {
namespace {

// Pairs that are taken through all steps together. Each step is a loop of its own, which the compiler vectorises.
constexpr int kPairs = 256;

// logs[i] = ln(u[i]) for normal numbers u.
[[gnu::always_inline]] inline void Logs(const float* u, int n, float* logs) {
  alignas(64) float z[kPairs];
  alignas(64) int32_t k[kPairs];
  alignas(64) double inverse[kPairs], log_c[kPairs];
  for (int i = 0; i < n; ++i) {
    const box_muller::Split split = box_muller::SplitForLog(u[i]);
    k[i] = split.k;
    z[i] = split.z;
    inverse[i] = split.inverse;
    log_c[i] = split.log_c;
  }
  for (int i = 0; i < n; ++i) logs[i] = box_muller::Log({z[i], k[i], inverse[i], log_c[i]});
}

// For angles in [0, 2 pi).
[[gnu::always_inline]] inline void SinesAndCosines(const float* angle, int n, float* sines, float* cosines) {
  alignas(64) double reduced[kPairs];
  alignas(64) int32_t quadrant[kPairs];
  for (int i = 0; i < n; ++i) {
    const box_muller::Reduced r = box_muller::Reduce(angle[i]);
    quadrant[i] = r.quadrant;
    reduced[i] = r.x;
  }
  for (int i = 0; i < n; ++i) {
    const box_muller::SineAndCosine of = box_muller::Polynomials(reduced[i]);
    sines[i] = of.sine;
    cosines[i] = of.cosine;
  }
  for (int i = 0; i < n; ++i) {
    const box_muller::SineAndCosine of = box_muller::Turn({sines[i], cosines[i]}, quadrant[i]);
    sines[i] = of.sine;
    cosines[i] = of.cosine;
  }
}

[[gnu::always_inline]] inline void BoxMullerBody(const uint32_t* words, int64_t pairs, float* out) {
  alignas(64) float radius[kPairs], angle[kPairs], sines[kPairs], cosines[kPairs];
  for (int64_t first = 0; first < pairs; first += kPairs, words += 2 * kPairs, out += 2 * kPairs) {
    const int n = static_cast<int>(std::min<int64_t>(kPairs, pairs - first));
    for (int i = 0; i < n; ++i) {
      radius[i] = box_muller::ForRadius(words[2 * i]);
      angle[i] = box_muller::Angle(words[2 * i + 1]);
    }
    Logs(radius, n, radius);
    SinesAndCosines(angle, n, sines, cosines);
    for (int i = 0; i < n; ++i) radius[i] = box_muller::Radius(radius[i]);
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
  for (int64_t i = 0; i < pairs; ++i, words += 4, out += 2) box_muller::Pair(words, out);
}

}  // namespace eager::server
