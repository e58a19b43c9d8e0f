#include "client/math.h"

#include <algorithm>
#include <numeric>

#include "client/constant.h"
#include "client/core/call.h"
#include "client/variable.h"

namespace eager {
namespace {

Tensor Run(absl::string_view op, std::initializer_list<Operand> operands, const NamedAttrs& attrs = {}) {
  return internal::Call1(internal::Op(op), absl::MakeConstSpan(operands.begin(), operands.size()), attrs,
                         operands.begin()->where());
}

int RankOf(const Operand& x) {
  if (x.variable() != nullptr) return x.variable()->shape().rank();
  if (x.kind() == Operand::Kind::kArray) return x.array().shape().rank();
  return x.tensor() != nullptr ? x.tensor()->shape(x.where()).rank() : x.kind() == Operand::Kind::kInts;
}

std::vector<int64_t> AllAxes(const Operand& x) {
  std::vector<int64_t> axes(static_cast<size_t>(RankOf(x)));
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

Tensor Reduce(absl::string_view op, const Operand& x, const Axes& axis, bool keepdims) {
  return Run(op, {x, Operand(axis.has_value() ? *axis : AllAxes(x), x.where())}, {{"keep_dims", keepdims}});
}

Tensor RunList(absl::string_view op, const std::vector<Operand>& values, const NamedAttrs& attrs) {
  return internal::Call1(internal::Op(op), values, attrs, values.empty() ? std::source_location::current() : values[0].where());
}

}  // namespace

Tensor add(const Operand& x, const Operand& y) { return Run("AddV2", {x, y}); }
Tensor subtract(const Operand& x, const Operand& y) { return Run("Sub", {x, y}); }
Tensor multiply(const Operand& x, const Operand& y) { return Run("Mul", {x, y}); }
Tensor floordiv(const Operand& x, const Operand& y) { return Run("FloorDiv", {x, y}); }
Tensor floormod(const Operand& x, const Operand& y) { return Run("FloorMod", {x, y}); }
Tensor pow(const Operand& x, const Operand& y) { return Run("Pow", {x, y}); }
Tensor maximum(const Operand& x, const Operand& y) { return Run("Maximum", {x, y}); }
Tensor minimum(const Operand& x, const Operand& y) { return Run("Minimum", {x, y}); }
Tensor equal(const Operand& x, const Operand& y) { return Run("Equal", {x, y}); }
Tensor not_equal(const Operand& x, const Operand& y) { return Run("NotEqual", {x, y}); }
Tensor less(const Operand& x, const Operand& y) { return Run("Less", {x, y}); }
Tensor less_equal(const Operand& x, const Operand& y) { return Run("LessEqual", {x, y}); }
Tensor greater(const Operand& x, const Operand& y) { return Run("Greater", {x, y}); }
Tensor greater_equal(const Operand& x, const Operand& y) { return Run("GreaterEqual", {x, y}); }
Tensor logical_and(const Operand& x, const Operand& y) { return Run("LogicalAnd", {x, y}); }
Tensor logical_or(const Operand& x, const Operand& y) { return Run("LogicalOr", {x, y}); }
Tensor logical_not(const Operand& x) { return Run("LogicalNot", {x}); }
Tensor abs(const Operand& x) { return Run("Abs", {x}); }
Tensor negative(const Operand& x) { return Run("Neg", {x}); }
Tensor sign(const Operand& x) { return Run("Sign", {x}); }
Tensor square(const Operand& x) { return Run("Square", {x}); }
Tensor sqrt(const Operand& x) { return Run("Sqrt", {x}); }
Tensor exp(const Operand& x) { return Run("Exp", {x}); }
Tensor log(const Operand& x) { return Run("Log", {x}); }
Tensor tanh(const Operand& x) { return Run("Tanh", {x}); }
Tensor sigmoid(const Operand& x) { return Run("Sigmoid", {x}); }

Tensor divide(const Operand& x, const Operand& y) { return x / y; }

Tensor where(const Operand& condition, const Operand& x, const Operand& y) { return Run("SelectV2", {condition, x, y}); }

Tensor cast(const Operand& x, DType dtype) { return Run("Cast", {x}, {{"DstT", dtype}}); }

Tensor matmul(const Operand& a, const Operand& b, const MatMulOptions& options) {
  return Run("MatMul", {a, b}, {{"transpose_a", options.transpose_a}, {"transpose_b", options.transpose_b}});
}

Tensor reduce_sum(const Operand& x, const Axes& axis, bool keepdims) { return Reduce("Sum", x, axis, keepdims); }
Tensor reduce_mean(const Operand& x, const Axes& axis, bool keepdims) { return Reduce("Mean", x, axis, keepdims); }
Tensor reduce_max(const Operand& x, const Axes& axis, bool keepdims) { return Reduce("Max", x, axis, keepdims); }
Tensor reduce_min(const Operand& x, const Axes& axis, bool keepdims) { return Reduce("Min", x, axis, keepdims); }
Tensor reduce_prod(const Operand& x, const Axes& axis, bool keepdims) { return Reduce("Prod", x, axis, keepdims); }

Tensor argmax(const Operand& x, int64_t axis, DType output_type) {
  return Run("ArgMax", {x, Operand(axis, x.where())}, {{"output_type", output_type}});
}

Tensor reshape(const Operand& x, const Operand& shape) { return Run("Reshape", {x, shape}); }

Tensor transpose(const Operand& x, const Axes& perm) {
  std::vector<int64_t> order = perm.has_value() ? *perm : AllAxes(x);
  if (!perm.has_value()) std::reverse(order.begin(), order.end());
  return Run("Transpose", {x, Operand(std::move(order), x.where())});
}

Tensor expand_dims(const Operand& x, int64_t axis) { return Run("ExpandDims", {x, Operand(axis, x.where())}); }
Tensor squeeze(const Operand& x, const std::vector<int64_t>& axis) { return Run("Squeeze", {x}, {{"squeeze_dims", axis}}); }

Tensor concat(const std::vector<Operand>& values, int64_t axis) {
  if (values.size() == 1) return identity(values[0]);  // as TensorFlow: the op itself needs two
  std::vector<Operand> all = values;
  all.emplace_back(axis, values.empty() ? std::source_location::current() : values[0].where());
  return RunList("ConcatV2", all, {});
}

Tensor stack(const std::vector<Operand>& values, int64_t axis) { return RunList("Pack", values, {{"axis", axis}}); }

Tensor slice(const Operand& x, const Operand& begin, const Operand& size) { return Run("Slice", {x, begin, size}); }
Tensor tile(const Operand& x, const Operand& multiples) { return Run("Tile", {x, multiples}); }
Tensor broadcast_to(const Operand& x, const Operand& shape) { return Run("BroadcastTo", {x, shape}); }
Tensor identity(const Operand& x) { return Run("Identity", {x}); }
Tensor stop_gradient(const Operand& x) { return Run("StopGradient", {x}); }

Tensor fill(const Operand& dims, const Operand& value) { return Run("Fill", {dims, value}); }

Tensor zeros(const Shape& shape, DType dtype, std::source_location where) {
  return Run("Fill", {Operand(shape, where), Operand(constant(HostTensor(TensorSpec{dtype, Shape()}), where), where)});
}

Tensor ones(const Shape& shape, DType dtype, std::source_location where) {
  const Tensor zero = zeros(Shape(), dtype, where);
  return Run("Fill", {Operand(shape, where), Operand(ones_like(Operand(zero, where)), where)});
}

Tensor zeros_like(const Operand& x) { return Run("ZerosLike", {x}); }
Tensor ones_like(const Operand& x) { return Run("OnesLike", {x}); }
Tensor range(const Operand& limit) { return Run("Range", {Operand(0, limit.where()), limit, Operand(1, limit.where())}); }
Tensor range(const Operand& start, const Operand& limit, const Operand& delta) { return Run("Range", {start, limit, delta}); }

}  // namespace eager
