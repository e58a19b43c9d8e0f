// Host memory in blocks so large that the kernel's page faults cost more than what is done with them.
#pragma once

#include <cstddef>
#include <memory>

namespace eager {

// Smaller blocks come from malloc. Its own threshold for fresh pages may grow to 32 MiB, ours is where huge pages pay.
inline constexpr size_t kLargeBlockBytes = size_t{4} << 20;

// Uninitialised, aligned to a huge page, and huge pages are asked for: a fault for each 2 MiB in place of 512. For
// std::free. Null if there is no memory.
void* AllocateLargeBlock(size_t bytes);

// The same for values that come and go, such as results that a client reads: a block whose last reference is gone waits
// for the next of its size, up to half a GiB in all, with its pages marked so that the kernel takes them back if it needs
// them (MADV_FREE). Throws std::bad_alloc. Thread-safe.
std::shared_ptr<char[]> RecycledLargeBlock(size_t bytes);

}  // namespace eager
