// Page-locked host memory, which a GPU copies from and to while everybody goes on.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "common/mutex.h"

namespace eager::server {

// Slots of one size, made when none is free and kept afterwards: as many as were ever in use at once. Thread-safe.
// Shared with its slots, which may outlive whoever asked for them.
class PinnedPool : public std::enable_shared_from_this<PinnedPool> {
 public:
  static constexpr size_t kSlotBytes = 1 << 20;

  ~PinnedPool();
  // A slot of kSlotBytes, the holder's until the last reference goes. RESOURCE_EXHAUSTED if the host gives none.
  absl::StatusOr<std::shared_ptr<char>> Take();
  // The slots' memory is gone: the device was reset.
  void Abandon();

 private:
  Mutex mu_;
  std::vector<char*> free_ ABSL_GUARDED_BY(mu_);
  bool abandoned_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace eager::server
