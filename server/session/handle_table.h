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
  // A program that goes on after so many failures reads none of them.
  static constexpr size_t kMostErrors = 1 << 16;

  // The tensor; the error that its op left; or INVALID_ARGUMENT for an id that was never made or is released.
  absl::StatusOr<TensorRef> Get(uint64_t handle) const;
  // The tensor, while the table is not changed; null if Get has an error to tell.
  const TensorRef* Find(uint64_t handle) const {
    const auto it = tensors_.find(handle);
    return it == tensors_.end() ? nullptr : &it->second;
  }
  bool Contains(uint64_t handle) const {
    return tensors_.contains(handle) || (!errors_.empty() && errors_.contains(handle));
  }
  // The handle must be new. False for an error beyond those that can be kept, which somebody else should hear of.
  bool Put(uint64_t handle, absl::StatusOr<TensorRef> entry) {
    if (entry.ok()) {
      tensors_.emplace(handle, *std::move(entry));
    } else if (errors_.size() < kMostErrors) {
      errors_.emplace(handle, entry.status());
    } else {
      return false;
    }
    return true;
  }
  // No error if there is none.
  void Release(uint64_t handle) {
    if (tensors_.erase(handle) == 0 && !errors_.empty()) errors_.erase(handle);
  }
  int64_t size() const { return tensors() + static_cast<int64_t>(errors_.size()); }
  int64_t tensors() const { return static_cast<int64_t>(tensors_.size()); }

 private:
  absl::flat_hash_map<uint64_t, TensorRef> tensors_;
  absl::flat_hash_map<uint64_t, absl::Status> errors_;  // apart: they are few, and most slots stay small
};

}  // namespace eager::server
