// Over which axes the gradients of two operands are summed after they were broadcast: shared by the row of
// BroadcastGradientArgs and its kernel.
#pragma once

#include "absl/status/statusor.h"
#include "common/host_tensor.h"

namespace eager {

struct BroadcastAxes {
  HostInts of[2];  // of each operand, ascending, as axes of the result
};

// INVALID_ARGUMENT "Incompatible shapes: [2] vs. [3]".
absl::StatusOr<BroadcastAxes> FindBroadcastAxes(const HostInts& s0, const HostInts& s1);

}  // namespace eager
