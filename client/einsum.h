// Sums of products over labelled axes, and diagonals of tensors: tf.einsum, tf.linalg.tensor_diag and its inverse.
//
// No call waits; each throws Error (INVALID_ARGUMENT) at the caller's line for what does not fit. Gradients flow
// through all of them, to any order.
#pragma once

#include <source_location>
#include <string>
#include <vector>

#include "client/math.h"

namespace eager {

// einsum("bij,bjk->bik", {x, y}): one label a letter, for each axis of each operand. Sums over the labels that the
// result lacks; a label that an operand has twice is its diagonal; "..." are axes that broadcast. Spaces do not count.
// Without "->" the result has the labels that stand once, in alphabetical order, after "..." if an operand has it. More
// than two operands are contracted from left to right. dtypes: bfloat16, float16, float32, float64, int32, int64, all
// the same.
Tensor einsum(const std::string& equation, const std::vector<Operand>& inputs,
              std::source_location where = std::source_location::current());

// A tensor of shape s + s that is zero but for the elements of x, of shape s, on its diagonal.
Tensor diag(const Operand& x);
// That diagonal of x, whose shape is s + s.
Tensor diag_part(const Operand& x);

// The logarithm of |gamma(x)|, and its derivative. Floating dtypes.
Tensor lgamma(const Operand& x);
Tensor digamma(const Operand& x);
// The a-th derivative of digamma at x, and the Hurwitz zeta function, the sum of (q + n)^-x. float32 and float64; no
// gradient with respect to the first operand.
Tensor polygamma(const Operand& a, const Operand& x);
Tensor zeta(const Operand& x, const Operand& q);

// The square root of the sum of squares over `axis`, or over all axes.
Tensor reduce_euclidean_norm(const Operand& x, const Axes& axis = std::nullopt, bool keepdims = false);

}  // namespace eager
