// The counter-based random number generator Philox 4x32-10 and TensorFlow's ways from its bits to numbers.
//
// A block of four 32-bit numbers is a function of key and counter alone, so any part of a sequence can be made by
// itself. Pure functions and value types; free of CPU and GPU.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "common/dtype.h"

namespace eager::server {

class Philox {
 public:
  using Block = std::array<uint32_t, 4>;

  Philox() = default;
  // The generator of TensorFlow's stateful ops: key = seed, counter = (0, seed2).
  Philox(uint64_t seed, uint64_t seed2)
      : key_lo_(static_cast<uint32_t>(seed)), key_hi_(static_cast<uint32_t>(seed >> 32)), counter_hi_(seed2) {}

  // Passes over `blocks` blocks.
  void Skip(uint64_t blocks) {
    counter_lo_ += blocks;
    if (counter_lo_ < blocks) ++counter_hi_;
  }

  // The block at the counter, which then moves on by one.
  Block Next() {
    Block c = {static_cast<uint32_t>(counter_lo_), static_cast<uint32_t>(counter_lo_ >> 32),
               static_cast<uint32_t>(counter_hi_), static_cast<uint32_t>(counter_hi_ >> 32)};
    uint32_t k0 = key_lo_, k1 = key_hi_;
    for (int round = 0; round < 10; ++round) {
      const uint64_t p0 = uint64_t{0xD2511F53} * c[0], p1 = uint64_t{0xCD9E8D57} * c[2];
      c = {static_cast<uint32_t>(p1 >> 32) ^ c[1] ^ k0, static_cast<uint32_t>(p1),
           static_cast<uint32_t>(p0 >> 32) ^ c[3] ^ k1, static_cast<uint32_t>(p0)};
      k0 += 0x9E3779B9;
      k1 += 0xBB67AE85;
    }
    Skip(1);
    return c;
  }

 private:
  uint32_t key_lo_ = 0, key_hi_ = 0;
  uint64_t counter_lo_ = 0, counter_hi_ = 0;
};

// Bits to a number in [0, 1): they become the mantissa of a number in [1, 2), from which 1 is taken.
inline float UnitFloat(uint32_t x) { return std::bit_cast<float>((127u << 23) | (x & 0x7FFFFFu)) - 1.0f; }
inline double UnitDouble(uint32_t high, uint32_t low) {
  return std::bit_cast<double>((uint64_t{1023} << 52) | (uint64_t{high & 0xFFFFFu} << 32) | low) - 1.0;
}
// In 16 bits 10 or 7 bits of mantissa are left; a float holds the result exactly.
inline float UnitHalf(uint32_t x) { return UnitFloat((x & 0x3FFu) << 13); }
inline float UnitBFloat16(uint32_t x) { return UnitFloat((x & 0x7Fu) << 16); }

}  // namespace eager::server
