// Backward walks as the client sends them, traces them for outer tapes, and answers what they ask.
#pragma once

#include <source_location>
#include <vector>

#include "client/core/tape_state.h"

namespace eager::internal {

// A node's values, where the client knows them.
struct HostValue final : RefCounted {
  explicit HostValue(HostTensor v) : value(std::move(v)) {}
  const HostTensor value;
};

// Keeps its tapes alive: the closures that a walk runs may drop the user's.
struct BackwardCall {
  std::shared_ptr<TapeState> tape;
  std::vector<StateRef> targets;
  std::vector<StateRef> output_gradients;  // empty, or one per target; null: ones
  std::vector<StateRef> sources;
  bool unconnected_zero = false;
  uint64_t first_result = 0;  // the handle of the first source's gradient
  std::vector<std::shared_ptr<TapeState>> outer;  // the tapes that record the walk
};

// Sends a walk. Where outer tapes record it, or custom gradients are on the tape, it is traced over ids as well: the
// result has what outer tapes call the gradient of each source, 0 where there is none. Else the result is empty, and
// nothing is waited for. With custom gradients on the tape it waits for the walk's questions and runs their closures on
// this thread; what they throw ends the walk and comes out here.
absl::StatusOr<std::vector<uint64_t>> RunBackward(const BackwardCall& call, std::source_location where);

// Records on this thread's tapes that want it a function whose gradient is a closure. `outputs` is not empty, and no
// recorded op made them.
void RecordClosure(const std::vector<StateRef>& inputs, const std::vector<StateRef>& outputs, Closure closure);

}  // namespace eager::internal
