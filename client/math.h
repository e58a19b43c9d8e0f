// Arithmetic, comparisons and functions of single elements, under TensorFlow's Python names; with array.h, make.h,
// products.h and reduce.h, which this includes, the ops that programs use most. What tf.math and tf.linalg hold under the
// names of these headers stands in eager itself, and in eager::math as well.
//
// Inputs broadcast; host numbers take the other side's dtype. None waits; each throws Error at the caller's line for what
// inference refuses. All ops, with every attribute, are in ops.h.
#pragma once

#include <vector>

#include "client/array.h"
#include "client/make.h"
#include "client/products.h"
#include "client/reduce.h"
#include "client/tensor.h"

namespace eager {

// Arithmetic.
Tensor add(const Operand& x, const Operand& y);
Tensor subtract(const Operand& x, const Operand& y);
Tensor multiply(const Operand& x, const Operand& y);
Tensor divide(const Operand& x, const Operand& y);  // true division: integers give float64 (those of 8 and 16 bits float32)
Tensor truediv(const Operand& x, const Operand& y);  // the same
Tensor floordiv(const Operand& x, const Operand& y);
Tensor floormod(const Operand& x, const Operand& y);
Tensor mod(const Operand& x, const Operand& y);          // the same
Tensor truncatediv(const Operand& x, const Operand& y);  // rounded toward 0, and what that leaves over
Tensor truncatemod(const Operand& x, const Operand& y);
Tensor pow(const Operand& x, const Operand& y);
Tensor maximum(const Operand& x, const Operand& y);
Tensor minimum(const Operand& x, const Operand& y);
Tensor squared_difference(const Operand& x, const Operand& y);
Tensor atan2(const Operand& y, const Operand& x);
Tensor scalar_mul(const Operand& scalar, const Operand& x);
Tensor add_n(const std::vector<Operand>& inputs);  // of one shape, which do not broadcast
// 0 where the divisor is 0; where y is 0 whatever x is; where x is 0: x / y, x * log(y), x * log(1 + y).
Tensor divide_no_nan(const Operand& x, const Operand& y);
Tensor multiply_no_nan(const Operand& x, const Operand& y);
Tensor xdivy(const Operand& x, const Operand& y);
Tensor xlogy(const Operand& x, const Operand& y);
Tensor xlog1py(const Operand& x, const Operand& y);
Tensor reciprocal_no_nan(const Operand& x);  // 1 / x, 0 where x is 0

// Comparisons and logic.
Tensor equal(const Operand& x, const Operand& y);
Tensor not_equal(const Operand& x, const Operand& y);
Tensor less(const Operand& x, const Operand& y);
Tensor less_equal(const Operand& x, const Operand& y);
Tensor greater(const Operand& x, const Operand& y);
Tensor greater_equal(const Operand& x, const Operand& y);
Tensor logical_and(const Operand& x, const Operand& y);
Tensor logical_or(const Operand& x, const Operand& y);
Tensor logical_xor(const Operand& x, const Operand& y);
Tensor logical_not(const Operand& x);
// x where the condition holds, else y; all three broadcast. With the condition alone: the places where it holds, int64
// [how many, rank], row-major; of numbers, where they are not 0. A scalar is refused.
Tensor where(const Operand& condition);
Tensor where(const Operand& condition, const Operand& x, const Operand& y);

// Functions of one number. Angles are in radians.
Tensor abs(const Operand& x);
Tensor negative(const Operand& x);
Tensor sign(const Operand& x);
Tensor square(const Operand& x);
Tensor sqrt(const Operand& x);
Tensor rsqrt(const Operand& x);       // 1 / sqrt(x)
Tensor reciprocal(const Operand& x);  // 1 / x
Tensor exp(const Operand& x);
Tensor expm1(const Operand& x);       // exp(x) - 1, exact for small x
Tensor log(const Operand& x);
Tensor log1p(const Operand& x);       // log(1 + x), exact for small x
Tensor floor(const Operand& x);
Tensor ceil(const Operand& x);
Tensor round(const Operand& x);       // halves to even
Tensor rint(const Operand& x);        // the same, of floating dtypes
Tensor sin(const Operand& x);
Tensor cos(const Operand& x);
Tensor tan(const Operand& x);
Tensor asin(const Operand& x);
Tensor acos(const Operand& x);
Tensor atan(const Operand& x);
Tensor sinh(const Operand& x);
Tensor cosh(const Operand& x);
Tensor asinh(const Operand& x);
Tensor acosh(const Operand& x);
Tensor atanh(const Operand& x);
Tensor erf(const Operand& x);
Tensor erfc(const Operand& x);
Tensor log_sigmoid(const Operand& x);  // log(sigmoid(x)), of numbers of any size
Tensor is_nan(const Operand& x);
Tensor is_inf(const Operand& x);
Tensor is_finite(const Operand& x);
Tensor tanh(const Operand& x);
Tensor sigmoid(const Operand& x);
// In another dtype: fractions are cut off, integers wrap.
Tensor cast(const Operand& x, DType dtype);

}  // namespace eager
