#include "client/core/python_random.h"

#include <array>
#include <sstream>
#include <vector>

namespace eager::internal {
namespace {

constexpr uint32_t kWords = std::mt19937::state_size;

std::array<uint32_t, kWords> InitByArray(const std::vector<uint32_t>& key) {
  std::array<uint32_t, kWords> state;
  state[0] = 19650218;
  for (uint32_t i = 1; i < kWords; ++i) state[i] = 1812433253u * (state[i - 1] ^ state[i - 1] >> 30) + i;
  uint32_t i = 1, j = 0;
  const auto step = [&] {
    if (++i >= kWords) {
      state[0] = state[kWords - 1];
      i = 1;
    }
  };
  for (uint32_t k = kWords; k > 0; --k) {
    state[i] = (state[i] ^ (state[i - 1] ^ state[i - 1] >> 30) * 1664525u) + key[j] + j;
    step();
    j = (j + 1) % static_cast<uint32_t>(key.size());
  }
  for (uint32_t k = kWords - 1; k > 0; --k) {
    state[i] = (state[i] ^ (state[i - 1] ^ state[i - 1] >> 30) * 1566083941u) - i;
    step();
  }
  state[0] = 0x80000000u;
  return state;
}

}  // namespace

PythonRandom::PythonRandom(int64_t seed) {
  const uint64_t magnitude = seed < 0 ? 0 - static_cast<uint64_t>(seed) : static_cast<uint64_t>(seed);
  std::vector<uint32_t> key = {static_cast<uint32_t>(magnitude)};
  if (magnitude >> 32 != 0) key.push_back(static_cast<uint32_t>(magnitude >> 32));
  // The standard's text form of an engine is its words and, in libstdc++, the position, which starts at the end.
  std::stringstream text;
  for (uint32_t word : InitByArray(key)) text << word << ' ';
  text << kWords;
  text >> engine_;
}

int64_t PythonRandom::NextInt31() {
  // _randbelow(2^31) draws 32 bits until they are below.
  uint32_t bits = 0;
  do {
    bits = engine_();
  } while (bits >= uint32_t{1} << 31);
  return bits;
}

}  // namespace eager::internal
