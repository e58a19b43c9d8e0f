// The ops that programs use most, under TensorFlow's Python names. None waits; each throws Error at the caller's line for
// what inference refuses. All of them, with every attribute, are in ops.h.
#pragma once

#include <optional>
#include <vector>

#include "client/tensor.h"

namespace eager {

// Elementwise, with broadcasting; host numbers take the other side's dtype.
Tensor add(const Operand& x, const Operand& y);
Tensor subtract(const Operand& x, const Operand& y);
Tensor multiply(const Operand& x, const Operand& y);
Tensor divide(const Operand& x, const Operand& y);  // true division: integers give float64
Tensor floordiv(const Operand& x, const Operand& y);
Tensor floormod(const Operand& x, const Operand& y);
Tensor pow(const Operand& x, const Operand& y);
Tensor maximum(const Operand& x, const Operand& y);
Tensor minimum(const Operand& x, const Operand& y);
Tensor equal(const Operand& x, const Operand& y);
Tensor not_equal(const Operand& x, const Operand& y);
Tensor less(const Operand& x, const Operand& y);
Tensor less_equal(const Operand& x, const Operand& y);
Tensor greater(const Operand& x, const Operand& y);
Tensor greater_equal(const Operand& x, const Operand& y);
Tensor logical_and(const Operand& x, const Operand& y);
Tensor logical_or(const Operand& x, const Operand& y);
Tensor logical_not(const Operand& x);
Tensor where(const Operand& condition, const Operand& x, const Operand& y);
Tensor abs(const Operand& x);
Tensor negative(const Operand& x);
Tensor sign(const Operand& x);
Tensor square(const Operand& x);
Tensor sqrt(const Operand& x);
Tensor exp(const Operand& x);
Tensor log(const Operand& x);
Tensor tanh(const Operand& x);
Tensor sigmoid(const Operand& x);
Tensor cast(const Operand& x, DType dtype);

// (m, k) by (k, n), after the transposes that are asked for.
struct MatMulOptions {
  bool transpose_a = false;
  bool transpose_b = false;
};
Tensor matmul(const Operand& a, const Operand& b, const MatMulOptions& options = {});

// Over `axis` (negative ones count from the end), or over all axes if it is left out.
using Axes = std::optional<std::vector<int64_t>>;
Tensor reduce_sum(const Operand& x, const Axes& axis = std::nullopt, bool keepdims = false);
Tensor reduce_mean(const Operand& x, const Axes& axis = std::nullopt, bool keepdims = false);
Tensor reduce_max(const Operand& x, const Axes& axis = std::nullopt, bool keepdims = false);
Tensor reduce_min(const Operand& x, const Axes& axis = std::nullopt, bool keepdims = false);
Tensor reduce_prod(const Operand& x, const Axes& axis = std::nullopt, bool keepdims = false);
Tensor argmax(const Operand& x, int64_t axis = 0, DType output_type = DType::kInt64);

// The same values, arranged otherwise.
Tensor reshape(const Operand& x, const Operand& shape);  // one extent may be -1
Tensor transpose(const Operand& x, const Axes& perm = std::nullopt);
Tensor expand_dims(const Operand& x, int64_t axis);
Tensor squeeze(const Operand& x, const std::vector<int64_t>& axis = {});
Tensor concat(const std::vector<Operand>& values, int64_t axis);
Tensor stack(const std::vector<Operand>& values, int64_t axis = 0);
Tensor slice(const Operand& x, const Operand& begin, const Operand& size);
Tensor tile(const Operand& x, const Operand& multiples);
Tensor broadcast_to(const Operand& x, const Operand& shape);
Tensor identity(const Operand& x);
Tensor stop_gradient(const Operand& x);

// Tensors of given values.
Tensor fill(const Operand& dims, const Operand& value);
Tensor zeros(const Shape& shape, DType dtype = DType::kFloat32, std::source_location where = std::source_location::current());
Tensor ones(const Shape& shape, DType dtype = DType::kFloat32, std::source_location where = std::source_location::current());
Tensor zeros_like(const Operand& x);
Tensor ones_like(const Operand& x);
Tensor range(const Operand& limit);
Tensor range(const Operand& start, const Operand& limit, const Operand& delta = 1);

}  // namespace eager
