// Reading ahead.
#pragma once

#include <cstddef>

namespace eager::server {

// Asks for the cache lines that `bytes` at `p` are followed by at some distance: processors do not look beyond a page by
// themselves. May be past the end of all memory.
inline void PrefetchAhead(const void* p, size_t bytes) {
  constexpr size_t kDistance = 2048, kLine = 64;
  for (size_t at = 0; at < bytes; at += kLine) __builtin_prefetch(static_cast<const char*>(p) + kDistance + at);
}

}  // namespace eager::server
