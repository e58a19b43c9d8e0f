// CRC-32C (Castagnoli: reflected polynomial 0x82F63B78, initial and final xor 0xFFFFFFFF), the checksum of TensorFlow's
// checkpoints and event files, and the mask under which they store it. Pure functions.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace eager {

// The checksum of A ‖ `bytes`, given that of A. Any number of bytes.
uint32_t ExtendCrc32c(uint32_t crc, absl::string_view bytes);

inline uint32_t Crc32c(absl::string_view bytes) { return ExtendCrc32c(0, bytes); }

// Rotated by 15 bits, plus a constant: the checksum of bytes that hold their own plain checksum says little.
// The rule of leveldb and of TensorFlow's crc32c.h.
inline constexpr uint32_t kCrc32cMaskDelta = 0xa282ead8u;
constexpr uint32_t MaskCrc32c(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + kCrc32cMaskDelta; }
constexpr uint32_t UnmaskCrc32c(uint32_t masked) {
  const uint32_t rotated = masked - kCrc32cMaskDelta;
  return (rotated >> 17) | (rotated << 15);
}

}  // namespace eager
