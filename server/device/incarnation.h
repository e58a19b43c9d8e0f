// The number by which clients tell that a device was started anew.
#pragma once

#include <cstdint>
#include <random>

namespace eager::server {

// Never 0.
inline uint64_t RandomIncarnation() {
  std::random_device random;
  uint64_t value = 0;
  while (value == 0) value = (uint64_t{random()} << 32) | random();
  return value;
}

}  // namespace eager::server
