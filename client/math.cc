#include "client/math.h"

#include "client/core/compose.h"

namespace eager {

using internal::Run;
using internal::Term;

Tensor add(const Operand& x, const Operand& y) { return Run("AddV2", {x, y}); }
Tensor subtract(const Operand& x, const Operand& y) { return Run("Sub", {x, y}); }
Tensor multiply(const Operand& x, const Operand& y) { return Run("Mul", {x, y}); }
Tensor floordiv(const Operand& x, const Operand& y) { return Run("FloorDiv", {x, y}); }
Tensor floormod(const Operand& x, const Operand& y) { return Run("FloorMod", {x, y}); }
Tensor mod(const Operand& x, const Operand& y) { return Run("FloorMod", {x, y}); }
Tensor truncatediv(const Operand& x, const Operand& y) { return Run("TruncateDiv", {x, y}); }
Tensor truncatemod(const Operand& x, const Operand& y) { return Run("TruncateMod", {x, y}); }
Tensor pow(const Operand& x, const Operand& y) { return Run("Pow", {x, y}); }
Tensor maximum(const Operand& x, const Operand& y) { return Run("Maximum", {x, y}); }
Tensor minimum(const Operand& x, const Operand& y) { return Run("Minimum", {x, y}); }
Tensor squared_difference(const Operand& x, const Operand& y) { return Run("SquaredDifference", {x, y}); }
Tensor atan2(const Operand& y, const Operand& x) { return Run("Atan2", {y, x}); }
Tensor scalar_mul(const Operand& scalar, const Operand& x) { return Run("Mul", {scalar, x}); }
Tensor add_n(const std::vector<Operand>& inputs) { return internal::RunList("AddN", inputs); }
Tensor divide_no_nan(const Operand& x, const Operand& y) { return Run("DivNoNan", {x, y}); }
Tensor multiply_no_nan(const Operand& x, const Operand& y) { return Run("MulNoNan", {x, y}); }
Tensor xdivy(const Operand& x, const Operand& y) { return Run("Xdivy", {x, y}); }
Tensor xlogy(const Operand& x, const Operand& y) { return Run("Xlogy", {x, y}); }
Tensor reciprocal_no_nan(const Operand& x) { return Run("DivNoNan", {Operand(1, x.where()), x}); }

// Where x is 0, y is not looked at: its gradient there is 0, not nan.
Tensor xlog1py(const Operand& x, const Operand& y) {
  const Term factor = x, number = y;
  const Term zero = factor.To("Equal", Operand(0, x.where()));
  const Term product = factor * Select(zero, factor.To("ZerosLike"), number).To("Log1p");
  return Select(zero, product.To("ZerosLike"), product);
}

Tensor equal(const Operand& x, const Operand& y) { return Run("Equal", {x, y}); }
Tensor not_equal(const Operand& x, const Operand& y) { return Run("NotEqual", {x, y}); }
Tensor less(const Operand& x, const Operand& y) { return Run("Less", {x, y}); }
Tensor less_equal(const Operand& x, const Operand& y) { return Run("LessEqual", {x, y}); }
Tensor greater(const Operand& x, const Operand& y) { return Run("Greater", {x, y}); }
Tensor greater_equal(const Operand& x, const Operand& y) { return Run("GreaterEqual", {x, y}); }
Tensor logical_and(const Operand& x, const Operand& y) { return Run("LogicalAnd", {x, y}); }
Tensor logical_or(const Operand& x, const Operand& y) { return Run("LogicalOr", {x, y}); }
Tensor logical_xor(const Operand& x, const Operand& y) {
  const Term a = x, b = y;
  return a.To("LogicalOr", b).To("LogicalAnd", a.To("LogicalAnd", b).To("LogicalNot"));
}
Tensor logical_not(const Operand& x) { return Run("LogicalNot", {x}); }
Tensor abs(const Operand& x) { return Run("Abs", {x}); }
Tensor negative(const Operand& x) { return Run("Neg", {x}); }
Tensor sign(const Operand& x) { return Run("Sign", {x}); }
Tensor square(const Operand& x) { return Run("Square", {x}); }
Tensor sqrt(const Operand& x) { return Run("Sqrt", {x}); }
Tensor exp(const Operand& x) { return Run("Exp", {x}); }
Tensor log(const Operand& x) { return Run("Log", {x}); }
Tensor rsqrt(const Operand& x) { return Run("Rsqrt", {x}); }
Tensor reciprocal(const Operand& x) { return Run("Reciprocal", {x}); }
Tensor expm1(const Operand& x) { return Run("Expm1", {x}); }
Tensor log1p(const Operand& x) { return Run("Log1p", {x}); }
Tensor floor(const Operand& x) { return Run("Floor", {x}); }
Tensor ceil(const Operand& x) { return Run("Ceil", {x}); }
Tensor round(const Operand& x) { return Run("Round", {x}); }
Tensor rint(const Operand& x) { return Run("Rint", {x}); }
Tensor sin(const Operand& x) { return Run("Sin", {x}); }
Tensor cos(const Operand& x) { return Run("Cos", {x}); }
Tensor tan(const Operand& x) { return Run("Tan", {x}); }
Tensor asin(const Operand& x) { return Run("Asin", {x}); }
Tensor acos(const Operand& x) { return Run("Acos", {x}); }
Tensor atan(const Operand& x) { return Run("Atan", {x}); }
Tensor sinh(const Operand& x) { return Run("Sinh", {x}); }
Tensor cosh(const Operand& x) { return Run("Cosh", {x}); }
Tensor asinh(const Operand& x) { return Run("Asinh", {x}); }
Tensor acosh(const Operand& x) { return Run("Acosh", {x}); }
Tensor atanh(const Operand& x) { return Run("Atanh", {x}); }
Tensor erf(const Operand& x) { return Run("Erf", {x}); }
Tensor erfc(const Operand& x) { return Run("Erfc", {x}); }
Tensor is_nan(const Operand& x) { return Run("IsNan", {x}); }
Tensor is_inf(const Operand& x) { return Run("IsInf", {x}); }
Tensor is_finite(const Operand& x) { return Run("IsFinite", {x}); }

// -log(1 + exp(-x))
Tensor log_sigmoid(const Operand& x) { return -(-Term(x)).To("Softplus"); }

Tensor tanh(const Operand& x) { return Run("Tanh", {x}); }
Tensor sigmoid(const Operand& x) { return Run("Sigmoid", {x}); }

Tensor divide(const Operand& x, const Operand& y) { return x / y; }
Tensor truediv(const Operand& x, const Operand& y) { return x / y; }

Tensor where(const Operand& condition) { return Run("Where", {condition}); }
Tensor where(const Operand& condition, const Operand& x, const Operand& y) { return Run("SelectV2", {condition, x, y}); }

Tensor cast(const Operand& x, DType dtype) { return Run("Cast", {x}, {{"DstT", dtype}}); }

}  // namespace eager
