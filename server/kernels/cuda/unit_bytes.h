// How elements that are only moved are taken together: by the largest unit that divides what lies side by side.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace eager::server::cuda {

// The most bytes, up to 16 and a power of two, that divide `run`, the bytes that lie side by side everywhere, and every
// address: runs can be moved in units of so many.
inline int UnitBytes(int64_t run, std::initializer_list<const void*> addresses) {
  uint64_t all = static_cast<uint64_t>(run) | 16;
  for (const void* address : addresses) all |= reinterpret_cast<uintptr_t>(address);
  return static_cast<int>(all & (~all + 1));
}

}  // namespace eager::server::cuda
