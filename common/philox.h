// The counter-based random number generator Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2,
// 3", 2011) and TensorFlow's ways from its bits to numbers.
//
// A block of four 32-bit numbers is a function of key and counter alone, so any part of a sequence can be made by
// itself. Pure functions and value types; constexpr, so that code of GPUs may call them too.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "common/dtype.h"

namespace eager {

// A place in a sequence of blocks: a key of 64 and a counter of 128 bits.
class Philox {
 public:
  using Block = std::array<uint32_t, 4>;

  Philox() = default;
  constexpr Philox(uint64_t key, uint64_t counter_low, uint64_t counter_high)
      : key_(key), counter_low_(counter_low), counter_high_(counter_high) {}
  // The generator of TensorFlow's stateful ops.
  static constexpr Philox FromOpSeeds(uint64_t seed, uint64_t seed2) { return {seed, 0, seed2}; }
  // The generator that TensorFlow's stateless ops make of two seeds: a block mixes them, so that neither need be good.
  static constexpr Philox FromStatelessSeeds(uint64_t seed0, uint64_t seed1) {
    const Block mixed = Philox(0x02461E293EC8F720, seed0, seed1).Next();
    return {Join(mixed[0], mixed[1]), 0, Join(mixed[2], mixed[3])};
  }

  constexpr uint64_t key() const { return key_; }
  constexpr uint64_t counter_low() const { return counter_low_; }
  constexpr uint64_t counter_high() const { return counter_high_; }

  // Passes over `blocks` blocks.
  constexpr void Skip(uint64_t blocks) {
    counter_low_ += blocks;
    if (counter_low_ < blocks) ++counter_high_;
  }
  // The place `blocks` blocks further on.
  constexpr Philox At(uint64_t blocks) const {
    Philox there = *this;
    there.Skip(blocks);
    return there;
  }

  // The block at the counter, which then moves on by one.
  constexpr Block Next() {
    Block c = {static_cast<uint32_t>(counter_low_), static_cast<uint32_t>(counter_low_ >> 32),
               static_cast<uint32_t>(counter_high_), static_cast<uint32_t>(counter_high_ >> 32)};
    Encrypt(static_cast<uint32_t>(key_), static_cast<uint32_t>(key_ >> 32), c[0], c[1], c[2], c[3]);
    Skip(1);
    return c;
  }

  // Ten rounds: a counter, in four words, becomes its block.
  [[gnu::always_inline]] static constexpr void Encrypt(uint32_t k0, uint32_t k1, uint32_t& c0, uint32_t& c1,
                                                       uint32_t& c2, uint32_t& c3) {
#if !defined(__CUDACC__)  // which unrolls it unasked
#pragma GCC unroll 10
#endif
    for (int round = 0; round < 10; ++round) {
      const uint64_t p0 = uint64_t{0xD2511F53} * c0, p1 = uint64_t{0xCD9E8D57} * c2;
      c0 = static_cast<uint32_t>(p1 >> 32) ^ c1 ^ k0;
      c2 = static_cast<uint32_t>(p0 >> 32) ^ c3 ^ k1;
      c1 = static_cast<uint32_t>(p1);
      c3 = static_cast<uint32_t>(p0);
      k0 += 0x9E3779B9;
      k1 += 0xBB67AE85;
    }
  }

 private:
  static constexpr uint64_t Join(uint32_t low, uint32_t high) { return low | uint64_t{high} << 32; }

  uint64_t key_ = 0, counter_low_ = 0, counter_high_ = 0;
};

// Bits to a number in [0, 1): they become the mantissa of a number in [1, 2), from which 1 is taken.
constexpr float UnitFloat(uint32_t x) { return std::bit_cast<float>((127u << 23) | (x & 0x7FFFFFu)) - 1.0f; }
constexpr double UnitDouble(uint32_t high, uint32_t low) {
  return std::bit_cast<double>((uint64_t{1023} << 52) | (uint64_t{high & 0xFFFFFu} << 32) | low) - 1.0;
}
// In 16 bits 10 or 7 bits of mantissa are left; a float holds the result exactly.
constexpr float UnitHalf(uint32_t x) { return UnitFloat((x & 0x3FFu) << 13); }
constexpr float UnitBFloat16(uint32_t x) { return UnitFloat((x & 0x7Fu) << 16); }

}  // namespace eager
