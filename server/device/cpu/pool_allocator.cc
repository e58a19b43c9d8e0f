#include "server/device/cpu/pool_allocator.h"

#include <algorithm>
#include <cstdlib>
#include <new>

#include "common/large_block.h"

#ifdef EAGER_ASAN
#include <sanitizer/asan_interface.h>
#endif

namespace eager::server {
namespace {

// Lets AddressSanitizer see only the bytes that were asked for: without it, an access to a block that was given back, or
// to the rest of its size class, would go unnoticed.
void LimitAccess([[maybe_unused]] void* block, [[maybe_unused]] size_t size, [[maybe_unused]] size_t capacity) {
#ifdef EAGER_ASAN
  __asan_poison_memory_region(block, capacity);
  __asan_unpoison_memory_region(block, size);
#endif
}

void* FromSystem(size_t capacity) {
  if (capacity >= kLargeBlockBytes) return AllocateLargeBlock(capacity);
  constexpr size_t kUnit = PoolAllocator::kAlignment;
  return std::aligned_alloc(kUnit, (capacity + kUnit - 1) / kUnit * kUnit);
}

}  // namespace

void* PoolAllocator::Allocate(size_t bytes) {
  if (bytes > Classes::kMost) return nullptr;
  const int size_class = Classes::ClassOf(bytes);
  const size_t capacity = Classes::SizeOf(size_class);
  MutexLock lock(&mu_);
  void* block = nullptr;
  std::vector<void*>& free = free_[size_class];
  if (!free.empty()) {
    block = free.back();
    free.pop_back();
  } else {
    const auto wanted = static_cast<int64_t>(capacity);
    if (stats_.bytes_reserved + wanted > limit_) TrimLocked();
    if (stats_.bytes_reserved + wanted > limit_) return nullptr;
    block = FromSystem(capacity);
    if (block == nullptr) {  // there is less than the limit says; what lies here unused may be enough
      TrimLocked();
      block = FromSystem(capacity);
    }
    if (block == nullptr) return nullptr;
    stats_.bytes_reserved += wanted;
  }
  LimitAccess(block, bytes, capacity);
  stats_.bytes_in_use += static_cast<int64_t>(bytes);
  stats_.peak_bytes_in_use = std::max(stats_.peak_bytes_in_use, stats_.bytes_in_use);
  ++stats_.live_buffers;
  return block;
}

void PoolAllocator::Free(void* block, size_t bytes) {
  const int size_class = Classes::ClassOf(bytes);
  LimitAccess(block, 0, Classes::SizeOf(size_class));
  MutexLock lock(&mu_);
  stats_.bytes_in_use -= static_cast<int64_t>(bytes);
  --stats_.live_buffers;
  try {
    free_[size_class].push_back(block);
  } catch (const std::bad_alloc&) {  // not even for the list
    LimitAccess(block, Classes::SizeOf(size_class), Classes::SizeOf(size_class));
    std::free(block);
    stats_.bytes_reserved -= static_cast<int64_t>(Classes::SizeOf(size_class));
  }
}

void PoolAllocator::Trim() {
  MutexLock lock(&mu_);
  TrimLocked();
}

void PoolAllocator::TrimLocked() {
  for (int c = 0; c < Classes::kCount; ++c) {
    for (void* block : free_[c]) {
      LimitAccess(block, Classes::SizeOf(c), Classes::SizeOf(c));
      std::free(block);
    }
    stats_.bytes_reserved -= static_cast<int64_t>(free_[c].size() * Classes::SizeOf(c));
    free_[c].clear();
    free_[c].shrink_to_fit();
  }
}

MemoryStats PoolAllocator::stats() const {
  MutexLock lock(&mu_);
  return stats_;
}

}  // namespace eager::server
