// A variable: a place that holds one tensor and whose value can be replaced.
#pragma once

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "common/mutex.h"
#include "server/device/tensor.h"

namespace eager::server {

// Safe from several threads: a reader gets a whole value, and an update that goes through Update() is atomic.
class Variable final : public RefCounted {
 public:
  // `spec`: the dtype and shape that every value must have; `device`: where it was made, and its values lie.
  Variable(TensorSpec spec, std::string name, Device& device)
      : spec_(std::move(spec)), name_(std::move(name)), device_(device) {}

  const TensorSpec& spec() const { return spec_; }
  const std::string& name() const { return name_; }
  Device& device() const { return device_; }
  // The current value; null before the first assignment. Later updates do not show in it.
  TensorRef Read() const {
    MutexLock lock(&mu_);
    return value_;
  }
  void Assign(TensorRef value) {
    MutexLock lock(&mu_);
    value_ = std::move(value);
  }
  // Calls `update(value)` with the lock held. It may write over value's data if value->ExclusivelyOwned(), and must
  // replace it by a new tensor otherwise.
  template <class F>
  absl::Status Update(F update) {
    MutexLock lock(&mu_);
    return update(value_);
  }
  // FAILED_PRECONDITION: what an op says that needs a value where there is none.
  absl::Status NoValue() const;

 private:
  const TensorSpec spec_;
  const std::string name_;
  Device& device_;
  mutable Mutex mu_;
  TensorRef value_ ABSL_GUARDED_BY(mu_);
};

}  // namespace eager::server
