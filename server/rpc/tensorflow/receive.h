// What functions wait for that others send.
#pragma once

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "common/mutex.h"
#include "server/rpc/tensorflow/runner.h"

namespace eager::server::tf {

// The key under which a _Send puts a tensor and a _Recv takes it. INVALID_ARGUMENT where an attribute is missing.
absl::StatusOr<std::string> RendezvousKey(const AttrReader& attrs);

// The tensors that one run of a function waits for, by node. For one thread but for what comes.
class Receipts {
 public:
  Receipts() : shared_(std::make_shared<Shared>()) {}

  // Asks for what a _Recv node with these attributes takes, unless that was done before.
  absl::Status Ask(Runner& runner, int node, const AttrMap& attrs, const Frame& frame);
  // What has come for a node; null while nothing has.
  absl::StatusOr<TensorRef>* Find(int node);
  // Until something comes that has not been waited for. DEADLINE_EXCEEDED where that takes too long.
  absl::Status WaitForOne(Runner& runner);

 private:
  struct Shared {
    Mutex mu;
    CondVar changed;
    absl::flat_hash_map<int, absl::StatusOr<TensorRef>> come ABSL_GUARDED_BY(mu);
    size_t seen ABSL_GUARDED_BY(mu) = 0;
  };
  const std::shared_ptr<Shared> shared_;  // with who sends, who may be later than the run
  absl::flat_hash_map<int, bool> asked_;
};

}  // namespace eager::server::tf
