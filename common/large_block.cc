#include "common/large_block.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <vector>

#include "common/mutex.h"

namespace eager {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kMostKept = size_t{512} << 20;

size_t WholePages(size_t bytes) { return (bytes + kHugePage - 1) / kHugePage * kHugePage; }

class Recycler {
 public:
  // A block of this capacity that was given back; null if there is none.
  void* Take(size_t capacity) {
    MutexLock lock(&mu_);
    const auto found = std::find_if(kept_.rbegin(), kept_.rend(), [&](const Block& b) { return b.capacity == capacity; });
    if (found == kept_.rend()) return nullptr;
    void* data = found->data;
    kept_.erase(std::next(found).base());
    bytes_kept_ -= capacity;
    return data;
  }

  void Put(void* data, size_t capacity) {
    // A sanitizer shall see that the block is gone.
#ifndef __SANITIZE_ADDRESS__
    if (capacity <= kMostKept && madvise(data, capacity, MADV_FREE) == 0) {
      MutexLock lock(&mu_);
      kept_.push_back({data, capacity});
      bytes_kept_ += capacity;
      while (bytes_kept_ > kMostKept) {
        bytes_kept_ -= kept_.front().capacity;
        std::free(kept_.front().data);
        kept_.erase(kept_.begin());
      }
      return;
    }
#endif
    std::free(data);
  }

 private:
  struct Block {
    void* data;
    size_t capacity;
  };
  Mutex mu_;
  std::vector<Block> kept_ ABSL_GUARDED_BY(mu_);  // the oldest first; few
  size_t bytes_kept_ ABSL_GUARDED_BY(mu_) = 0;
};

// Never destroyed: tensors of static duration give their blocks back after main.
Recycler& TheRecycler() {
  static auto* recycler = new Recycler;
  return *recycler;
}

}  // namespace

void* AllocateLargeBlock(size_t bytes) {
  const size_t capacity = WholePages(bytes);
  void* block = std::aligned_alloc(kHugePage, capacity);
  // Where the kernel has no huge pages, small ones do.
  if (block != nullptr) madvise(block, capacity, MADV_HUGEPAGE);
  return block;
}

std::shared_ptr<char[]> RecycledLargeBlock(size_t bytes) {
  const size_t capacity = WholePages(bytes);
  void* block = TheRecycler().Take(capacity);
  if (block == nullptr) block = AllocateLargeBlock(capacity);
  if (block == nullptr) throw std::bad_alloc();
  return std::shared_ptr<char[]>(static_cast<char*>(block), [capacity](char* data) { TheRecycler().Put(data, capacity); });
}

}  // namespace eager
