// What a GradientTape points to, and which tapes record this thread's ops.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "client/core/tensor_state.h"
#include "client/tensor.h"
#include "common/tape/backward.h"

namespace eager::internal {

// The gradient of a function that has one of its own: gets what flows into the outputs, gives one gradient per input.
using Closure = std::function<std::vector<std::optional<Tensor>>(const std::vector<Tensor>& upstream)>;

// The client keeps ids and specs of what a tape recorded, so that it knows without asking what is connected to what.
struct TapeState : std::enable_shared_from_this<TapeState> {
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
  absl::flat_hash_map<uint64_t, std::shared_ptr<const Closure>> closures;  // of its custom gradients

 private:
  uint32_t id_ = 0;
};

// The tapes that record this thread's ops, outermost first.
std::vector<TapeState*>& ActiveTapes();

// ActiveTapes() for later. Tapes that are dropped meanwhile are not restored.
using SavedTapes = std::vector<std::weak_ptr<TapeState>>;
SavedTapes SaveTapes();
void RestoreTapes(const SavedTapes& saved);

// Turns recording off for this thread while it lives.
class NoTapes {
 public:
  NoTapes() : saved_(SaveTapes()) { ActiveTapes().clear(); }
  ~NoTapes() { RestoreTapes(saved_); }
  NoTapes(const NoTapes&) = delete;

 private:
  const SavedTapes saved_;
};

}  // namespace eager::internal
