// What the variables' kernels of all devices share: all that touches no values.
#pragma once

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "server/kernels/kernel.h"
#include "server/kernels/variable.h"

namespace eager::server {

// Rows of the ops that make, read, assign and destroy variables of these dtypes. Values are shared with whoever reads
// them.
void AddVariableRows(std::vector<KernelRow>& rows, DTypeSet dtypes);

// Where VarHandleOp finds the variable of a shared name; whoever defines the signature may put one into its state.
class SharedVariables : public KernelState {
 public:
  // The variable of that name, made where there is none. This one knows nothing that is shared: it makes a new one.
  virtual absl::StatusOr<RefPtr<Variable>> Open(const std::string& name, TensorSpec spec, Device& device);
};

// What TensorFlow sends as the shared name of a variable that is nobody else's.
inline constexpr absl::string_view kAnonymousName = "cd2c89b7-88b7-44c8-ad83-06c2a9158347";

// Replaces the value of input 0's variable by what `step(from, to)` writes: over the old value if nobody else has it.
// FAILED_PRECONDITION if there is none.
absl::Status UpdateVariable(KernelContext& k, absl::FunctionRef<absl::Status(const Tensor& from, const Tensor& to)> step);

}  // namespace eager::server
