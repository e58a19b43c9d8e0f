// Where tensors that were sent wait for who fetches them, and who fetches for what is sent.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "common/mutex.h"
#include "server/device/tensor.h"

namespace eager::server::tf {

// By step and key; each entry is taken once. Thread-safe.
class Rendezvous {
 public:
  using Taker = std::function<void(absl::StatusOr<TensorRef>)>;

  // Gives it to who waits for it, or keeps it. ABORTED if one is kept there already.
  absl::Status Send(int64_t step, const std::string& key, absl::StatusOr<TensorRef> tensor);
  // Calls `taker` with it once: at once where it is there, else by whoever sends it or ends the step. Not more than one may wait for a key:
  // ABORTED to the second. What it returns is for Cancel; 0 where the call has been made.
  uint64_t Receive(int64_t step, const std::string& key, Taker taker);
  // The one who waits is told CANCELLED, if he still does.
  void Cancel(int64_t step, const std::string& key, uint64_t waiting);
  // Whether Receive would call at once.
  bool Has(int64_t step, const std::string& key) const;
  // Forgets what was sent in a step, and tells who waits for more of it.
  void EndStep(int64_t step, const absl::Status& why);
  int64_t kept() const;

 private:
  struct Entry {
    absl::StatusOr<TensorRef> tensor;
    Taker taker;  // of one who waits
    uint64_t waiting = 0;
  };
  using Entries = absl::flat_hash_map<std::string, Entry>;

  mutable Mutex mu_;
  absl::flat_hash_map<int64_t, Entries> steps_ ABSL_GUARDED_BY(mu_);
  uint64_t last_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace eager::server::tf
