// What a GradientTape points to, and which tapes record this thread's ops.
#pragma once

#include <memory>
#include <vector>

#include "client/core/tensor_state.h"
#include "common/tape/backward.h"

namespace eager::internal {

// The client keeps ids and specs of what a tape recorded, so that it knows without asking what is connected to what.
struct TapeState {
  TapeState(std::shared_ptr<ContextState> c, bool persistent) : context(std::move(c)), tape(persistent) {}
  ~TapeState();

  // The server learns of a tape with its first watch.
  uint32_t Id();
  void Watch(const StateRef& tensor);

  std::shared_ptr<ContextState> context;
  Tape tape;
  bool begun = false;  // the server knows it
  bool used = false;   // not persistent, and a gradient was taken
  bool watch_accessed_variables = true;
  std::vector<StateRef> watched_variables;  // in the order of their first use

 private:
  uint32_t id_ = 0;
};

// The tapes that record this thread's ops, outermost first.
std::vector<TapeState*>& ActiveTapes();

// Turns recording off for this thread while it lives.
class NoTapes {
 public:
  NoTapes() { saved_.swap(ActiveTapes()); }
  ~NoTapes() { saved_.swap(ActiveTapes()); }
  NoTapes(const NoTapes&) = delete;

 private:
  std::vector<TapeState*> saved_;
};

// Gradients as the server will compute them, traced over ids: what the outer tapes will know of the results.
// One id per source; 0 where there is none.
absl::StatusOr<std::vector<uint64_t>> TraceBackward(const Tape& tape, absl::Span<const TapeTensor> targets,
                                                    absl::Span<const Node> output_gradients,
                                                    absl::Span<const TapeTensor> sources,
                                                    absl::Span<TapeState* const> outer);

}  // namespace eager::internal
