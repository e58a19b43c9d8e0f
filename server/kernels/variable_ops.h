// What the variables' kernels of all devices share: all that touches no values.
#pragma once

#include "absl/functional/function_ref.h"
#include "server/kernels/kernel.h"
#include "server/kernels/variable.h"

namespace eager::server {

// Rows of the ops that make, read, assign and destroy variables of these dtypes. Values are shared with whoever reads
// them.
void AddVariableRows(std::vector<KernelRow>& rows, DTypeSet dtypes);

// Replaces the value of input 0's variable by what `step(from, to)` writes: over the old value if nobody else has it.
// FAILED_PRECONDITION if there is none.
absl::Status UpdateVariable(KernelContext& k, absl::FunctionRef<absl::Status(const Tensor& from, const Tensor& to)> step);

}  // namespace eager::server
