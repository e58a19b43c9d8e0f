#include "server/device/cuda/pinned_ring.h"

#include <algorithm>
#include <cstring>

#include "common/status_macros.h"
#include "server/device/cuda/cuda_status.h"

namespace eager::server {

PinnedRing::~PinnedRing() {
  for (Slot& slot : slots_) {
    if (slot.done != nullptr) cudaEventDestroy(slot.done);
  }
}

absl::Status PinnedRing::Copy(PinnedPool& pool, const void* host, size_t bytes, void* to, cudaStream_t stream) {
  constexpr size_t kAlign = 16;
  const char* from = static_cast<const char*>(host);
  char* dst = static_cast<char*>(to);
  while (bytes > 0) {
    Slot* slot = &slots_[current_];
    if (!slot->memory || slot->used == PinnedPool::kSlotBytes) {
      RETURN_IF_ERROR(Advance(pool, stream));
      slot = &slots_[current_];
    }
    const size_t n = std::min(bytes, PinnedPool::kSlotBytes - slot->used);
    char* place = slot->memory.get() + slot->used;
    std::memcpy(place, from, n);
    RETURN_IF_CUDA_ERROR(cudaMemcpyAsync(dst, place, n, cudaMemcpyHostToDevice, stream));
    slot->used = std::min(PinnedPool::kSlotBytes, slot->used + (n + kAlign - 1) / kAlign * kAlign);
    from += n;
    dst += n;
    bytes -= n;
  }
  return absl::OkStatus();
}

absl::Status PinnedRing::Advance(PinnedPool& pool, cudaStream_t stream) {
  Slot& full = slots_[current_];
  if (full.memory) RETURN_IF_CUDA_ERROR(cudaEventRecord(full.done, stream));
  if (full.memory) current_ = (current_ + 1) % kSlots;
  Slot& next = slots_[current_];
  if (!next.memory) {
    if (next.done == nullptr) RETURN_IF_CUDA_ERROR(cudaEventCreateWithFlags(&next.done, cudaEventDisableTiming));
    ASSIGN_OR_RETURN(next.memory, pool.Take());
  } else {
    RETURN_IF_CUDA_ERROR(cudaEventSynchronize(next.done));
  }
  next.used = 0;
  return absl::OkStatus();
}

void PinnedRing::Abandon() {
  for (Slot& slot : slots_) slot = Slot();
}

}  // namespace eager::server
