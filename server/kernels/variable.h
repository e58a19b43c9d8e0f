// A variable: a place that holds one tensor and whose value can be replaced.
#pragma once

#include <atomic>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "common/mutex.h"
#include "server/device/tensor.h"

namespace eager::server {

// Safe from several threads: a reader gets a whole value, and an update that goes through Update() is atomic.
class Variable final : public RefCounted {
 public:
  // `spec`: the dtype and shape that every value must have; `device`: where it was made, and its values lie. `shared`: other
  // sessions may have handles of it.
  Variable(TensorSpec spec, std::string name, Device& device, bool shared = false);
  ~Variable() override;

  const TensorSpec& spec() const { return spec_; }
  const std::string& name() const { return name_; }
  Device& device() const { return device_; }
  // The current value; null before the first assignment. Later updates do not show in it.
  TensorRef Read() const {
    MutexLock lock(&mu_);
    return value_;
  }
  // NOT_FOUND for one that was deleted.
  absl::Status Assign(TensorRef value);
  // The same for one that has no value yet; one that has keeps it.
  absl::Status Initialize(TensorRef value);
  // Calls `update(value)` with the lock held. It may write over value's data if value->ExclusivelyOwned(), and must
  // replace it by a new tensor otherwise.
  template <class F>
  absl::Status Update(F update) {
    MutexLock lock(&mu_);
    ++version_;
    return update(value_);
  }
  // Takes its value away. A shared one stays without: whoever still has a handle of it hears that it was deleted.
  // NOT_FOUND if there is none.
  absl::Status Destroy();
  bool deleted() const { return deleted_.load(std::memory_order_acquire); }
  // What an op says that needs a value where there is none: FAILED_PRECONDITION; NOT_FOUND of a deleted one.
  absl::Status NoValue() const;

  struct Moment {
    TensorRef value;
    uint64_t version = 0;  // another one after every update
  };
  // The values of all at one moment: of an op that changes several of them, everything or nothing.
  static std::vector<Moment> ReadTogether(absl::Span<const RefPtr<Variable>> variables);

 private:
  const TensorSpec spec_;
  const std::string name_;
  Device& device_;
  const bool shared_;
  std::atomic<int64_t>& living_;  // on its device
  std::atomic<bool> deleted_{false};
  mutable Mutex mu_;
  TensorRef value_ ABSL_GUARDED_BY(mu_);
  uint64_t version_ ABSL_GUARDED_BY(mu_) = 0;
};

// How many variables there are in the process, by the device's name.
std::map<std::string, int64_t> LivingVariables();

}  // namespace eager::server
