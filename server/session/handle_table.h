// A session's handles: what each id that the client chose stands for.
#pragma once

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "server/device/tensor.h"

namespace eager::server {

// Belongs to one session's thread.
class HandleTable {
 public:
  // The tensor; the error that its op left; or INVALID_ARGUMENT for an id that was never made or is released.
  absl::StatusOr<TensorRef> Get(uint64_t handle) const;
  bool Contains(uint64_t handle) const { return entries_.contains(handle); }
  // The handle must be new.
  void Put(uint64_t handle, absl::StatusOr<TensorRef> entry) { entries_.emplace(handle, std::move(entry)); }
  // No error if there is none.
  void Release(uint64_t handle) { entries_.erase(handle); }
  void Clear() { entries_.clear(); }
  int64_t size() const { return static_cast<int64_t>(entries_.size()); }

 private:
  absl::flat_hash_map<uint64_t, absl::StatusOr<TensorRef>> entries_;
};

}  // namespace eager::server
