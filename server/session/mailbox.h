// Where bulk transfers and the session's own thread hand tensors to each other.
#pragma once

#include <cstdint>
#include <functional>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "common/mutex.h"
#include "server/device/tensor.h"

namespace eager::server {

// Either side may come first: whoever comes second finds the other's tensor or call. Thread-safe; `take` is called at
// once or from the thread that puts, never with a lock held.
class Mailbox {
 public:
  using Taker = std::function<void(absl::StatusOr<TensorRef>)>;

  // ALREADY_EXISTS if something was put under that id and not taken; RESOURCE_EXHAUSTED if too much was.
  absl::Status Put(uint64_t id, absl::StatusOr<TensorRef> tensor);
  // Takes what is there now. NOT_FOUND if there is nothing.
  absl::StatusOr<TensorRef> Take(uint64_t id);
  // Calls `take` with what is there or, later, with what comes. ALREADY_EXISTS if somebody waits for that id already.
  absl::Status TakeWhenPut(uint64_t id, Taker take);
  // The same, and what is there stays until Drop. Somebody who waits for that id already hears CANCELLED: he has been given up.
  absl::Status ShareWhenPut(uint64_t id, Taker take);
  // Lets go of what ShareWhenPut left, or of what comes under that id: its client has given it up.
  void Drop(uint64_t id);
  // Fails everybody who waits and everything that comes; lets go of what nobody took.
  void Close(const absl::Status& why);

 private:
  Mutex mu_;
  absl::Status closed_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<uint64_t, absl::StatusOr<TensorRef>> tensors_ ABSL_GUARDED_BY(mu_);
  struct Waiting {
    Taker take;
    bool keep = false;
  };
  absl::flat_hash_map<uint64_t, Waiting> takers_ ABSL_GUARDED_BY(mu_);
  static constexpr size_t kMaxDropped = 4096;
  absl::flat_hash_set<uint64_t> dropped_ ABSL_GUARDED_BY(mu_);  // before they were put
};

}  // namespace eager::server
