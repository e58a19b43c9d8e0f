// Half precision for loops: conversions that inline and vectorise, and work on float through small buffers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "common/dtype.h"

namespace eager::server {

template <class T>
inline constexpr bool kIsHalf = std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>;

inline uint32_t BitsOf(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  return bits;
}
inline float FloatOf(uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, sizeof(x));
  return x;
}

inline float LoadHalf(BFloat16 h) { return FloatOf(static_cast<uint32_t>(h.bits) << 16); }

// The digits move to where float has them; a product by 2^112 then corrects the exponent, of subnormal numbers too.
inline float LoadHalf(Float16 h) {
  constexpr float kRebias = 0x1p112f;
  const uint32_t magnitude = (h.bits & 0x7fffu) << 13;
  const uint32_t scaled = BitsOf(FloatOf(magnitude) * kRebias);
  const uint32_t special = magnitude >= 0x0f800000u ? 0x7f800000u : 0;  // inf and nan keep the largest exponent
  return FloatOf(scaled | special | (h.bits & 0x8000u) << 16);
}

// Round to nearest, ties to even; every nan becomes the quiet one.
inline void StoreHalf(float x, BFloat16& h) {
  const uint32_t bits = BitsOf(x);
  const uint32_t rounded = (bits + 0x7fffu + (bits >> 16 & 1)) >> 16;
  h.bits = static_cast<uint16_t>((bits & 0x7fffffffu) > 0x7f800000u ? 0x7fc0u | (bits >> 16 & 0x8000u) : rounded);
}
inline void StoreHalf(float x, Float16& h) {
  const uint32_t magnitude = BitsOf(x) & 0x7fffffffu;
  const uint32_t sign = BitsOf(x) >> 16 & 0x8000u;
  // Below 2^-14 the result is a multiple of 2^-24, the last digit of a float at 0.5: the sum does the rounding.
  const uint32_t subnormal = BitsOf(FloatOf(magnitude) + 0.5f) - BitsOf(0.5f);
  const uint32_t normal = (magnitude - (112u << 23) + 0xfffu + (magnitude >> 13 & 1)) >> 13;
  uint32_t result = magnitude < 0x38800000u ? subnormal : normal;
  result = magnitude >= 0x477ff000u ? 0x7c00u : result;  // 65520 and more round to infinity
  result = magnitude > 0x7f800000u ? 0x7e00u : result;
  h.bits = static_cast<uint16_t>(result | sign);
}

template <class H>
void LoadHalves(const H* in, float* out, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = LoadHalf(in[i]);
}
template <class H>
void StoreHalves(const float* in, H* out, int64_t n) {
  for (int64_t i = 0; i < n; ++i) StoreHalf(in[i], out[i]);
}

// How many elements a loop converts at a time: its buffers stay in the first cache.
inline constexpr int64_t kHalfChunk = 512;

// body(begin, n) for pieces of at most kHalfChunk.
template <class Body>
void ForHalfChunks(int64_t total, Body body) {
  for (int64_t begin = 0; begin < total; begin += kHalfChunk) body(begin, std::min(kHalfChunk, total - begin));
}

}  // namespace eager::server
