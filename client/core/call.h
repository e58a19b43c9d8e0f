// The way of every op: operands -> tensors, inference, an item in the batch, a record on the tapes.
#pragma once

#include <vector>

#include "absl/container/inlined_vector.h"
#include "client/core/tape_state.h"
#include "client/core/tensor_state.h"
#include "client/tensor.h"
#include "common/ops/op_table.h"

namespace eager::internal {

using Tensors = absl::InlinedVector<Tensor, 1>;

// Runs an op. Throws Error at the first operand's line, or `where` if there is none, for what inference refuses.
Tensors Call(const OpSpec& op, absl::Span<const Operand> operands, const NamedAttrs& attrs, std::source_location where);
// The same for an op with one output.
Tensor Call1(const OpSpec& op, absl::Span<const Operand> operands, const NamedAttrs& attrs, std::source_location where);

// The row of an op that the library itself calls.
const OpSpec& Op(absl::string_view name);

// Host values as a tensor of the thread's device.
Tensor PutHost(const HostTensor& value, std::source_location where);

// What a tape knows of a tensor; without its values, where they are known, if the op that it records does not save them.
TapeTensor ForTape(const TensorState& state, bool with_value = true);

// Find out what only the server knows of a tensor: its shape, or its values. They wait, at most once a tensor.
absl::Status ResolveShape(TensorState& state);
absl::Status ResolveHost(TensorState& state);

}  // namespace eager::internal
