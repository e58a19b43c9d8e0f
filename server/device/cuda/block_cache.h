// The freed blocks of one queue, by size class.
#pragma once

#include <array>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/mutex.h"
#include "server/device/size_class.h"

namespace eager::server {

// What a queue freed it may use again at once, without a call of CUDA: whatever used the block comes earlier in the same
// queue. Thread-safe.
class BlockCache {
 public:
  using Classes = SizeClasses<256>;  // CUDA's own alignment

  // A block of the class, or null.
  void* Take(int size_class) {
    MutexLock lock(&mu_);
    std::vector<void*>& blocks = free_[static_cast<size_t>(size_class)];
    if (blocks.empty()) return nullptr;
    void* block = blocks.back();
    blocks.pop_back();
    return block;
  }
  void Put(int size_class, void* block) {
    MutexLock lock(&mu_);
    free_[static_cast<size_t>(size_class)].push_back(block);
  }
  // Empties the cache through give_back(block, its size).
  template <class F>
  void Drain(F give_back) {
    MutexLock lock(&mu_);
    for (int c = 0; c < Classes::kCount; ++c) {
      for (void* block : free_[static_cast<size_t>(c)]) give_back(block, Classes::SizeOf(c));
      free_[static_cast<size_t>(c)].clear();
    }
  }

 private:
  Mutex mu_;
  std::array<std::vector<void*>, Classes::kCount> free_ ABSL_GUARDED_BY(mu_);
};

}  // namespace eager::server
