// What a Tensor points to.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "client/core/context_state.h"
#include "common/host_tensor.h"

namespace eager::internal {

struct TensorState {
  TensorState(std::shared_ptr<ContextState> c, uint64_t h, std::source_location w)
      : context(std::move(c)), handle(h), where(w), tape_id(h) {}
  ~TensorState() {
    if (owned) context->session().Release(handle, Bytes());
    delete host();
  }
  TensorState(const TensorState&) = delete;

  const std::shared_ptr<ContextState> context;
  const uint64_t handle;
  const std::source_location where;  // the program's line that made it
  bool owned = true;  // false: a cached scalar, whose handle the context keeps
  uint64_t tape_id;   // what tapes know it by: the handle, or for a gradient's result what the traced walk gave
  TensorSpec spec;    // of a variable's handle: dtype kResource; see `variable`
  std::atomic<bool> shape_known = true;  // once true, `spec.shape` never changes again
  Mutex resolve_mu;                      // taken by who finds the shape or the values out
  const std::string* device = nullptr;   // one of the context's names
  std::unique_ptr<TensorSpec> variable;    // what the variable behind a handle holds

  const TensorSpec& value_spec() const { return variable != nullptr ? *variable : spec; }
  // The values, if they are known here; null while they are not. Once known they never change.
  const HostTensor* host() const { return host_.load(std::memory_order_acquire); }
  // For the one who makes the state, or who holds resolve_mu and found host() null.
  void KeepHost(HostTensor value) { host_.store(new HostTensor(std::move(value)), std::memory_order_release); }

 private:
  // As far as they are known: none where only the server knows the shape.
  size_t Bytes() const {
    return shape_known ? static_cast<size_t>(spec.shape.num_elements()) * SizeOf(spec.dtype) : 0;
  }

  std::atomic<const HostTensor*> host_ = nullptr;  // owned; most tensors never have it
};
using StateRef = std::shared_ptr<TensorState>;

// Host values of up to this many bytes stay known on the client, for shape inference.
inline constexpr size_t kKeepHostBytes = 256;

}  // namespace eager::internal
