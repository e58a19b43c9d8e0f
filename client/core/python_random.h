// Python's random.Random(seed).randint: where TensorFlow takes the op seeds from that nobody gave.
#pragma once

#include <cstdint>
#include <random>

namespace eager::internal {

// The Mersenne Twister as CPython seeds it: init_by_array over the seed's 32-bit words (Matsumoto and Nishimura 2002).
class PythonRandom {
 public:
  explicit PythonRandom(int64_t seed);
  // randint(0, 2^31 - 1).
  int64_t NextInt31();

 private:
  std::mt19937 engine_;
};

}  // namespace eager::internal
