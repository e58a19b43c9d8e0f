#include "server/device/cuda/pinned_pool.h"

#include "common/status_macros.h"
#include "server/device/cuda/cuda_status.h"

namespace eager::server {

PinnedPool::~PinnedPool() {
  for (char* slot : free_) cudaFreeHost(slot);
}

absl::StatusOr<std::shared_ptr<char>> PinnedPool::Take() {
  char* slot = nullptr;
  {
    MutexLock lock(&mu_);
    if (!free_.empty()) {
      slot = free_.back();
      free_.pop_back();
    }
  }
  if (slot == nullptr) {
    void* made = nullptr;
    RETURN_IF_CUDA_ERROR(cudaHostAlloc(&made, kSlotBytes, cudaHostAllocPortable));
    slot = static_cast<char*>(made);
  }
  return std::shared_ptr<char>(slot, [pool = shared_from_this()](char* s) {
    MutexLock lock(&pool->mu_);
    if (!pool->abandoned_) pool->free_.push_back(s);
  });
}

void PinnedPool::Abandon() {
  MutexLock lock(&mu_);
  abandoned_ = true;
  free_.clear();
}

}  // namespace eager::server
