// Sixteen bytes made of one element, for kernels that fill: shared by host and devices.
#pragma once

#include <cstdint>

#include "server/kernels/elementwise_fns.h"

namespace eager::server::cuda {

struct Sixteen {
  uint32_t words[4] = {};
  EAGER_HOST_DEVICE uint8_t byte(int i) const { return static_cast<uint8_t>(words[i / 4] >> (8 * (i % 4))); }
};

// The element of `size` bytes, 1, 2, 4, 8 or 16, again and again.
EAGER_HOST_DEVICE inline Sixteen Repeat(const void* element, int size) {
  Sixteen all;
  if (size >= 4) {
    const uint32_t* words = static_cast<const uint32_t*>(element);
    for (int i = 0; i < 4; ++i) all.words[i] = words[i % (size / 4)];
  } else {
    const uint32_t word = size == 1 ? *static_cast<const uint8_t*>(element) * 0x01010101u
                                    : *static_cast<const uint16_t*>(element) * 0x00010001u;
    for (int i = 0; i < 4; ++i) all.words[i] = word;
  }
  return all;
}

// The first bytes of it as an unsigned integer.
template <class T>
EAGER_HOST_DEVICE T First(const Sixteen& all) {
  if constexpr (sizeof(T) == 8) {
    return static_cast<T>(all.words[0] | static_cast<uint64_t>(all.words[1]) << 32);
  } else {
    return static_cast<T>(all.words[0]);
  }
}

}  // namespace eager::server::cuda
