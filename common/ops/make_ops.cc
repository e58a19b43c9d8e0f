// Ops that make tensors from a few numbers.
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "common/ops/grad_context.h"
#include "common/ops/op_table.h"
#include "common/ops/shape_context.h"
#include "common/status_macros.h"

namespace eager {
namespace {

// A scalar, or a vector of one element, which TensorFlow's oldest ops take for one.
bool IsLegacyScalar(const Shape& s) { return s.is_scalar() || (s.rank() == 1 && s[0] == 1); }

absl::Status NotScalar(absl::string_view name, const Shape& s) {
  return absl::InvalidArgumentError(absl::StrCat(name, " must be a scalar, not shape ", s.ToString()));
}

absl::Status FillShape(ShapeContext& c) {
  if (c.input(0).rank() > 1) {
    return absl::InvalidArgumentError(absl::StrCat("dims must represent a vector, got shape ", c.input(0).ToString()));
  }
  if (!IsLegacyScalar(c.input(1))) {
    return absl::InvalidArgumentError(absl::StrCat("value must represent a scalar, got shape ", c.input(1).ToString()));
  }
  ASSIGN_OR_RETURN(Shape shape, Shape::Make(c.ints(0)));
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

absl::Status FillGrad(GradContext& g, Grads& grads) {
  absl::InlinedVector<int64_t, 8> axes;
  for (int axis = 0; axis < g.shape(g.output(0)).rank(); ++axis) axes.push_back(axis);
  const Node sum = g.Sum(g.upstream(0), axes, /*keep_dims=*/false);
  grads[1] = g.shape(g.input(1)).is_scalar() ? sum : g.Reshape(sum, g.shape(g.input(1)));
  return absl::OkStatus();
}

// How many steps of delta lie between start and limit; rounds after each step as arithmetic in T does.
template <class T>
absl::StatusOr<int64_t> CountFloat(T start, T limit, T delta) {
  using Wide = std::conditional_t<std::is_same_v<T, double>, double, float>;
  const Wide s = static_cast<Wide>(start), l = static_cast<Wide>(limit), d = static_cast<Wide>(delta);
  if (d == 0) return absl::InvalidArgumentError(absl::StrCat("Requires delta != 0: ", d));
  if (d > 0 && s > l) {
    return absl::InvalidArgumentError(absl::StrCat("Requires start <= limit when delta > 0: ", s, "/", l));
  }
  if (d < 0 && s < l) {
    return absl::InvalidArgumentError(absl::StrCat("Requires start >= limit when delta < 0: ", s, "/", l));
  }
  const Wide span = static_cast<Wide>(static_cast<T>(l - s));
  const Wide count = std::ceil(std::abs(static_cast<Wide>(static_cast<T>(span / d))));
  if (!(count < static_cast<Wide>(std::numeric_limits<int64_t>::max()))) {
    return absl::InvalidArgumentError(
        absl::StrCat("Requires ((limit - start) / delta) to be a number of elements, got ", count));
  }
  return static_cast<int64_t>(count);
}

template <class T>
absl::StatusOr<int64_t> CountInteger(T start, T limit, T delta) {
  if (delta == 0) return absl::InvalidArgumentError(absl::StrCat("Requires delta != 0: ", delta));
  if (delta > 0 && start > limit) {
    return absl::InvalidArgumentError(absl::StrCat("Requires start <= limit when delta > 0: ", start, "/", limit));
  }
  if (delta < 0 && start < limit) {
    return absl::InvalidArgumentError(absl::StrCat("Requires start >= limit when delta < 0: ", start, "/", limit));
  }
  // Modulo 2^64 the differences are right even where a signed one would overflow.
  const uint64_t from = static_cast<uint64_t>(start), to = static_cast<uint64_t>(limit);
  const uint64_t span = limit >= start ? to - from : from - to;
  const uint64_t step = delta > 0 ? static_cast<uint64_t>(delta) : 0 - static_cast<uint64_t>(delta);
  const uint64_t count = span / step + (span % step != 0 ? 1 : 0);
  if (count > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    return absl::InvalidArgumentError(absl::StrCat("Requires ((limit - start) / delta) <= 2^63 - 1, got ", count));
  }
  return static_cast<int64_t>(count);
}

template <class T>
absl::StatusOr<int64_t> RangeCount(const ShapeContext& c) {
  const T start = *c.host(0).as<T>(), limit = *c.host(1).as<T>(), delta = *c.host(2).as<T>();
  if constexpr (std::is_integral_v<T>) {
    return CountInteger<T>(start, limit, delta);
  } else {
    return CountFloat<T>(start, limit, delta);
  }
}

absl::StatusOr<int64_t> RangeCount(const ShapeContext& c) {
  switch (c.dtype(0)) {
    case DType::kFloat32:
      return RangeCount<float>(c);
    case DType::kFloat64:
      return RangeCount<double>(c);
    case DType::kFloat16:
      return RangeCount<Float16>(c);
    case DType::kBFloat16:
      return RangeCount<BFloat16>(c);
    case DType::kInt8:
      return RangeCount<int8_t>(c);
    case DType::kInt16:
      return RangeCount<int16_t>(c);
    case DType::kInt32:
      return RangeCount<int32_t>(c);
    case DType::kInt64:
      return RangeCount<int64_t>(c);
    case DType::kUint16:
      return RangeCount<uint16_t>(c);
    case DType::kUint32:
      return RangeCount<uint32_t>(c);
    default:
      return absl::InvalidArgumentError(absl::StrCat("there is no range of ", Name(c.dtype(0))));
  }
}

absl::Status RangeShape(ShapeContext& c) {
  for (int i = 0; i < 3; ++i) {
    if (!IsLegacyScalar(c.input(i))) return NotScalar(c.op().inputs[i].name, c.input(i));
  }
  ASSIGN_OR_RETURN(const int64_t count, RangeCount(c));
  c.set_output(0, Shape{count});
  return absl::OkStatus();
}

absl::Status LinSpaceShape(ShapeContext& c) {
  for (int i = 0; i < 3; ++i) {
    if (!c.input(i).is_scalar()) return NotScalar(c.op().inputs[i].name, c.input(i));
  }
  const int64_t num = c.host(2).int_at(0);
  if (num <= 0) return absl::InvalidArgumentError(absl::StrCat("Requires num > 0: ", num));
  c.set_output(0, Shape{num});
  return absl::OkStatus();
}

absl::Status OneHotShape(ShapeContext& c) {
  for (int i = 1; i < 4; ++i) {
    if (!c.input(i).is_scalar()) return NotScalar(c.op().inputs[i].name, c.input(i));
  }
  const int rank = c.input(0).rank();
  const int64_t axis = c.attr<int64_t>("axis"), depth = c.host(1).int_at(0);
  if (axis < -1 || axis > rank) {
    return absl::InvalidArgumentError(
        absl::StrCat("Expected axis to be -1 or between [0, ", rank + 1, "). But received: ", axis));
  }
  if (depth < 0) return absl::InvalidArgumentError(absl::StrCat("depth must be non-negative, got: ", depth));
  Shape::Dims dims(c.input(0).dims().begin(), c.input(0).dims().end());
  dims.insert(axis < 0 ? dims.end() : dims.begin() + axis, depth);
  ASSIGN_OR_RETURN(Shape shape, Shape::Make(dims));
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

constexpr OpDef kOps[] = {
    {.name = "Fill",
     .doc = "A tensor of the shape `dims`, every element `value`.",
     .inputs = "dims: host index_type, value: T",
     .outputs = "output: T",
     .attrs = "T: type, index_type: {int32, int64} = int32",
     .shape = &FillShape,
     .gradient = &FillGrad},
    {.name = "ZerosLike",
     .doc = "Zeros of x's shape and dtype.",
     .inputs = "x: T",
     .outputs = "y: T",
     .attrs = "T: type",
     .shape = &SameAsInput0,
     .gradient = &NotDifferentiable},
    {.name = "OnesLike",
     .doc = "Ones of x's shape and dtype.",
     .inputs = "x: T",
     .outputs = "y: T",
     .attrs = "T: {bfloat16, half, float, double, int8, uint8, int16, uint16, int32, uint32, int64, uint64, complex64, "
              "complex128, bool}",
     .shape = &SameAsInput0,
     .gradient = &NotDifferentiable},
    {.name = "Range",
     .doc = "start, start + delta, start + 2 * delta, … as far as `limit`, which is left out.",
     .inputs = "start: host Tidx, limit: host Tidx, delta: host Tidx",
     .outputs = "output: Tidx",
     .attrs = "Tidx: {bfloat16, half, float, double, int8, int16, int32, int64, uint16, uint32} = int32",
     .shape = &RangeShape,
     .gradient = &NotDifferentiable},
    {.name = "LinSpace",
     .doc = "`num` numbers at equal distances from `start` to `stop`, both included.",
     .inputs = "start: host T, stop: host T, num: host Tidx",
     .outputs = "output: T",
     .attrs = "T: {bfloat16, half, float, double}, Tidx: {int32, int64} = int32",
     .shape = &LinSpaceShape,
     .gradient = &NotDifferentiable},
    {.name = "OneHot",
     .doc = "`on_value` where a new axis' position is the index, `off_value` elsewhere.",
     .inputs = "indices: TI, depth: host int32, on_value: T, off_value: T",
     .outputs = "output: T",
     .attrs = "axis: int = -1, T: type, TI: {uint8, int8, int32, int64} = int64",
     .shape = &OneHotShape,
     .gradient = &NotDifferentiable},
};

}  // namespace

absl::Span<const OpDef> MakeOps() { return kOps; }

}  // namespace eager
