// What kernels on top of oneDNN share.
#pragma once

#include <dnnl.hpp>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/device/device.h"

namespace eager::server {

// The engine and the streams hold nothing that changes, so threads share the one and each has its own of the other.
const dnnl::engine& OneDnnEngine();
dnnl::stream& OneDnnStream();

// Runs `body`, which may throw as oneDNN does; nothing here does.
template <class F>
absl::Status OneDnnGuard(F body) {
  try {
    body();
    return absl::OkStatus();
  } catch (const std::exception& e) {
    return absl::InternalError(absl::StrCat("oneDNN: ", e.what()));
  }
}

// Attributes of primitives that get their scratchpad from the caller: oneDNN's own belong to the thread that made the
// primitive, which may not be the one that runs it.
dnnl::primitive_attr UserScratchpad();

// A primitive with what it needs around it: operands come in plain layouts and are reordered where it asks for others.
// Immutable once made; safe to execute from any thread.
class OneDnnOp {
 public:
  // An operand that is passed by a pointer to `plain` and used by the primitive as `used`.
  struct Operand {
    int arg;  // DNNL_ARG_SRC, …
    dnnl::memory::desc plain, used;
    bool output;
  };

  // Throws, as oneDNN does. Made where it will run: a primitive counts on the number of threads it was made with.
  OneDnnOp(dnnl::primitive primitive, std::vector<Operand> operands, const dnnl::memory::desc& scratchpad);

  // `data` has a pointer for each operand, in their order. Waits; `device` lends memory to work in.
  absl::Status Run(std::initializer_list<const void*> data, Device& device) const;

 private:
  struct Reorder {
    size_t operand;
    size_t offset;  // of the reordered operand in the workspace
    dnnl::reorder primitive;
  };

  dnnl::primitive primitive_;
  std::vector<Operand> operands_;
  std::vector<Reorder> reorders_;
  dnnl::memory::desc scratchpad_;
  size_t workspace_ = 0;  // bytes: the scratchpad, then the reordered operands
};

}  // namespace eager::server
