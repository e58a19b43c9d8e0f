// What rows of reductions share: inputs (input, reduction_indices) and the attribute keep_dims.
#pragma once

#include "absl/status/status.h"
#include "common/ops/grad_context.h"
#include "common/ops/shape_context.h"

namespace eager {

// INVALID_ARGUMENT for an axis that input 0 does not have or that is named twice.
absl::Status ReduceShape(ShapeContext& c);

// The output's shape if the reduced axes had been kept. Needs the values of input 1 (Saves::kHostInputs).
Shape KeptShape(GradContext& g);

}  // namespace eager
