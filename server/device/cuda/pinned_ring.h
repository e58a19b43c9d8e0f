// A ring of pinned memory through which small values go to a GPU without anybody waiting for them.
#pragma once

#include <cuda_runtime_api.h>

#include <array>
#include <memory>

#include "absl/status/status.h"
#include "server/device/cuda/pinned_pool.h"

namespace eager::server {

// Values are copied behind each other into slots of a PinnedPool; a slot is used again when the copies out of it are
// done. For one stream; not thread-safe.
class PinnedRing {
 public:
  ~PinnedRing();
  // Copies `bytes` (any number) of `host` to device memory in the stream's order. `host` may be reused at once.
  absl::Status Copy(PinnedPool& pool, const void* host, size_t bytes, void* to, cudaStream_t stream);
  // Lets go of everything: the device was reset.
  void Abandon();

 private:
  static constexpr int kSlots = 4;
  struct Slot {
    std::shared_ptr<char> memory;
    cudaEvent_t done = nullptr;  // recorded after the last copy out of the slot
    size_t used = 0;
  };
  // Makes the next slot the current one, after the copies out of it.
  absl::Status Advance(PinnedPool& pool, cudaStream_t stream);

  std::array<Slot, kSlots> slots_;
  int current_ = 0;
};

}  // namespace eager::server
