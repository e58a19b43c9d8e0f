// Products over axes: matmul and its relatives under TensorFlow's names. Float dtypes, int32 and int64; float16 and
// bfloat16 are summed in float32. None waits unless a line says so; each throws Error at the caller's line for what
// inference refuses.
#pragma once

#include <utility>

#include "client/axes.h"
#include "client/tensor.h"

namespace eager {

// (..., m, k) by (..., k, n), after the transposes that are asked for; the axes before the last two broadcast.
// adjoint_a and _b transpose and conjugate: for real numbers the same.
struct MatMulOptions {
  bool transpose_a = false;
  bool transpose_b = false;
  bool adjoint_a = false;
  bool adjoint_b = false;
};
Tensor matmul(const Operand& a, const Operand& b, const MatMulOptions& options = {});

// The products of all slices of a and b, summed over pairs of axes: the last n of a with the first n of b, or those of
// the two lists, in order. n = 0: the outer product.
struct TensorDotAxes {
  TensorDotAxes(int n) : n(n) {}                                           // NOLINT
  TensorDotAxes(Axes a, Axes b) : a(std::move(a)), b(std::move(b)) {}      // {{0, 1}, {1, 0}}, {1, 0}
  int64_t n = -1;  // -1: a and b hold
  Axes a, b;
};
Tensor tensordot(const Operand& a, const Operand& b, const TensorDotAxes& axes);

}  // namespace eager
