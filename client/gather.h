// Parts of tensors by index, and values put where indices say, under TensorFlow's names.
//
// Indices are int32 or int64 (gather: int16 as well). One out of range fails the read of the result with
// INVALID_ARGUMENT. None waits unless a line says so; each throws Error at the caller's line for what inference refuses.
#pragma once

#include <optional>
#include <vector>

#include "client/tensor.h"

namespace eager {

// The entries of an axis that indices name, which take the place of that axis; the first batch_dims axes of both go
// together. axis: batch_dims, if left out.
struct GatherOptions {
  std::optional<int64_t> axis;
  int64_t batch_dims = 0;
};
Tensor gather(const Operand& params, const Operand& indices, const GatherOptions& options = {});
// The slices that the rows of indices name, an index for each of the leading axes after the first batch_dims ones.
Tensor gather_nd(const Operand& params, const Operand& indices, int64_t batch_dims = 0);

// Zeros of the given shape with updates added in the places that the rows of indices name.
Tensor scatter_nd(const Operand& indices, const Operand& updates, const Operand& shape);
// A tensor with updates in these places: added, subtracted, or put there (of several, the last).
Tensor tensor_scatter_nd_add(const Operand& tensor, const Operand& indices, const Operand& updates);
Tensor tensor_scatter_nd_sub(const Operand& tensor, const Operand& indices, const Operand& updates);
Tensor tensor_scatter_nd_update(const Operand& tensor, const Operand& indices, const Operand& updates);

}  // namespace eager
