// A pool of aligned host memory with accounting.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/mutex.h"
#include "server/device/device.h"
#include "server/device/size_class.h"

#if defined(__SANITIZE_ADDRESS__)
#define EAGER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EAGER_ASAN 1
#endif
#endif

namespace eager::server {

// Keeps freed blocks in lists by size class and hands them out again: a recycled block costs a lock and a pop, and large
// ones keep their pages, whose first touch is half of what a large result costs. Thread-safe.
class PoolAllocator {
 public:
  static constexpr size_t kAlignment = 64;
  // Whether AddressSanitizer is told which bytes of a block may be touched.
#ifdef EAGER_ASAN
  static constexpr bool kLimitsAccess = true;
#else
  static constexpr bool kLimitsAccess = false;
#endif

  // Takes at most `limit` bytes from the system.
  explicit PoolAllocator(int64_t limit) : limit_(limit) {}
  ~PoolAllocator() { Trim(); }

  // A block for `bytes`, which are all that may be touched; null beyond the limit, after free blocks were given back.
  void* Allocate(size_t bytes);
  // `bytes` is what was asked for.
  void Free(void* block, size_t bytes);
  // Gives every free block back to the system.
  void Trim();
  MemoryStats stats() const;

 private:
  using Classes = SizeClasses<kAlignment>;
  void TrimLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const int64_t limit_;
  mutable Mutex mu_;
  std::array<std::vector<void*>, Classes::kCount> free_ ABSL_GUARDED_BY(mu_);
  MemoryStats stats_ ABSL_GUARDED_BY(mu_);
};

}  // namespace eager::server
