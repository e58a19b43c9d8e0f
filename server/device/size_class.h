// Sizes that pools of blocks round up to: four classes to a power of two, so that at most a quarter of a block is never
// used.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>

namespace eager::server {

// Classes of blocks of at least `kLeast` bytes, a power of two.
template <size_t kLeast>
struct SizeClasses {
  static constexpr int kLeastLog = std::bit_width(kLeast) - 1;
  static constexpr int kCount = 4 * (54 - kLeastLog);
  static constexpr size_t kMost = size_t{1} << 52;  // larger blocks have no class

  // The smallest class that holds them.
  static constexpr int ClassOf(size_t bytes) {
    bytes = std::max(bytes, kLeast);
    const int log = std::bit_width(bytes) - 1;  // 2^log <= bytes
    const size_t step = size_t{1} << (log - 2);
    const size_t quarter = (bytes - (size_t{1} << log) + step - 1) / step;  // 0 … 4
    return (log - kLeastLog) * 4 + static_cast<int>(quarter);
  }
  static constexpr size_t SizeOf(int size_class) {
    const int log = size_class / 4 + kLeastLog;
    return (size_t{1} << log) + (size_class % 4) * (size_t{1} << (log - 2));
  }
};

}  // namespace eager::server
