// Several variables that one op reads and writes as a whole.
#pragma once

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "server/kernels/kernel.h"
#include "server/kernels/variable.h"

namespace eager::server {

// A variable that a step changes.
struct ChangedVariable {
  Variable* variable = nullptr;
  TensorRef* value = nullptr;
  TensorRef next;  // null: the step writes over the value
  const void* from = nullptr;
  void* to = nullptr;
};

// Runs `step` while nobody else reads or writes the variables of the first inputs, whose values it reads at `from` and
// writes at `to` (or asks the op's device to, in its order). If it cannot run, nothing was changed.
absl::Status ChangeTogether(KernelContext& k, absl::Span<ChangedVariable> changed, absl::FunctionRef<void()> step);

}  // namespace eager::server
