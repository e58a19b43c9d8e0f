// Ops that look at a tensor's shape or give its values another one: nothing moves, except for broadcasting.

#include <algorithm>
#include <limits>

#include "absl/strings/str_join.h"
#include "common/ops/broadcast_axes.h"
#include "common/ops/grad_context.h"
#include "common/ops/host_inputs.h"
#include "common/ops/op_table.h"
#include "common/status_macros.h"

namespace eager {
namespace {

// The extent that -1 stands for among sizes whose others, but for zeros, have the product `known`. Beside a 0 it is
// what the nonzero extents of the input leave, as in TensorFlow.
absl::StatusOr<int64_t> MissingExtent(const Shape& in, bool has_zero, int64_t known) {
  int64_t count = 1;
  for (int64_t extent : in.dims()) {
    if (has_zero && extent == 0) continue;
    if (__builtin_mul_overflow(count, extent, &count)) {
      return Invalid("the extents of tensor but for 0 have a product of more than 63 bits");
    }
  }
  const bool empty = has_zero && in.num_elements() == 0;
  if (!empty && count % known != 0) {
    return Invalid("Input to reshape is a tensor with ", count,
                   " values, but the requested shape requires a multiple of ", known);
  }
  return count / known;
}

absl::Status ReshapeShape(ShapeContext& c) {
  // A scalar is a vector of one, as TensorFlow has it.
  if (c.input(1).rank() > 1) return Invalid("shape: sizes input must be 1-D, not ", c.input(1).ToString());
  HostInts sizes = c.ints(1);
  const int64_t count = c.input(0).num_elements();
  int unknown = -1;
  int64_t known = 1;  // of the extents that are neither -1 nor 0
  bool has_zero = false;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == -1) {
      if (unknown >= 0) {
        return Invalid("shape: Only one input size may be -1, not both ", unknown, " and ", i);
      }
      unknown = static_cast<int>(i);
      continue;
    }
    if (sizes[i] < 0) return Invalid("shape: Size ", i, " must be non-negative, not ", sizes[i]);
    has_zero |= sizes[i] == 0;
    if (sizes[i] != 0 && __builtin_mul_overflow(known, sizes[i], &known)) {
      return Invalid("shape [", absl::StrJoin(sizes, ","), "] has more elements than 63 bits can count");
    }
  }
  if (unknown >= 0) {
    ASSIGN_OR_RETURN(sizes[unknown], MissingExtent(c.input(0), has_zero, known));
    has_zero |= sizes[unknown] == 0;
    known *= std::max<int64_t>(1, sizes[unknown]);
  }
  if (has_zero) known = 0;
  if (known != count) {
    return Invalid("Input to reshape is a tensor with ", count, " values, but the requested shape has ", known);
  }
  ASSIGN_OR_RETURN(Shape shape, Shape::Make(sizes));
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

// For every op that only renames axes: the values go back as they came.
absl::Status ReshapeBack(GradContext& g, Grads& grads) {
  grads[0] = g.Reshape(g.upstream(0), g.shape(g.input(0)));
  return absl::OkStatus();
}

absl::Status ExpandDimsShape(ShapeContext& c) {
  const Shape& in = c.input(0);
  ASSIGN_OR_RETURN(int64_t dim, HostScalar(c, 1, ScalarForm::kAnyOfOne));
  if (dim < -in.rank() - 1 || dim > in.rank()) {
    return Invalid("dim must be in the range [", -in.rank() - 1, ", ", in.rank(), "]: Tried to expand dim index ", dim,
                   " for tensor with ", in.rank(), " dimensions");
  }
  if (dim < 0) dim += in.rank() + 1;
  Shape::Dims dims(in.dims().begin(), in.dims().end());
  dims.insert(dims.begin() + dim, 1);
  c.set_output(0, Shape(std::move(dims)));
  return absl::OkStatus();
}

absl::Status SqueezeShape(ShapeContext& c) {
  const Shape& in = c.input(0);
  const auto& squeeze_dims = c.attr<std::vector<int64_t>>("squeeze_dims");
  std::vector<bool> drop(static_cast<size_t>(in.rank()), false);
  for (int64_t dim : squeeze_dims) {
    if (dim < -in.rank() || dim >= in.rank()) {
      return Invalid("squeeze_dims must be in the range [", -in.rank(), ", ", in.rank(),
                     "): Tried to squeeze dim index ", dim, " for tensor with ", in.rank(), " dimensions");
    }
    const int axis = static_cast<int>(dim < 0 ? dim + in.rank() : dim);
    if (in[axis] != 1) {
      return Invalid("Can not squeeze dim[", axis, "] of input, expected a dimension of 1, got ", in[axis]);
    }
    drop[axis] = true;
  }
  Shape out;
  for (int axis = 0; axis < in.rank(); ++axis) {
    if (!drop[axis] && (in[axis] != 1 || !squeeze_dims.empty())) out.push_back(in[axis]);
  }
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

// Whether `value` fits into the integers of the attribute out_type.
absl::Status CheckOutType(const ShapeContext& c, int64_t value, absl::string_view what) {
  if (c.attr<DType>("out_type") == DType::kInt64 || value <= std::numeric_limits<int32_t>::max()) {
    return absl::OkStatus();
  }
  return Invalid(what, " of input ", c.input(0).ToString(), " is ", value, ", which out_type int32 cannot represent");
}

absl::Status ShapeShape(ShapeContext& c) {
  for (int64_t d : c.input(0).dims()) RETURN_IF_ERROR(CheckOutType(c, d, "a dimension"));
  c.set_output(0, Shape{c.input(0).rank()});
  return absl::OkStatus();
}

absl::Status SizeShape(ShapeContext& c) {
  c.set_output(0, Shape());
  return CheckOutType(c, c.input(0).num_elements(), "the number of elements");
}

absl::Status RankShape(ShapeContext& c) {
  c.set_output(0, Shape());
  return absl::OkStatus();
}

absl::Status BroadcastToShape(ShapeContext& c) {
  const Shape& in = c.input(0);
  ASSIGN_OR_RETURN(Shape shape, HostShape(c, 1));
  if (in.rank() > shape.rank()) {
    return Invalid("Rank of input (", in.rank(), ") must be no greater than rank of output shape (", shape.rank(), ")");
  }
  ASSIGN_OR_RETURN(const Shape both, Broadcast(in, shape));
  if (!(both == shape)) {
    return Invalid("input cannot be broadcast to shape: Incompatible shapes: ", in.ToString(), " vs. ",
                   shape.ToString());
  }
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

// The walk sums whatever comes in over the axes that were broadcast.
absl::Status BroadcastToGrad(GradContext& g, Grads& grads) {
  grads[0] = g.upstream(0);
  return absl::OkStatus();
}

absl::Status BroadcastArgsShape(ShapeContext& c) {
  ASSIGN_OR_RETURN(const HostInts s0, HostVector(c, 0));
  ASSIGN_OR_RETURN(const HostInts s1, HostVector(c, 1));
  for (size_t i = 1; i <= std::min(s0.size(), s1.size()); ++i) {
    const int64_t x = s0[s0.size() - i], y = s1[s1.size() - i];
    if (x != y && x != 1 && y != 1) {
      return Invalid("s0 and s1 must broadcast: Incompatible shapes: [", absl::StrJoin(s0, ","), "] vs. [",
                     absl::StrJoin(s1, ","), "]");
    }
  }
  c.set_output(0, Shape{static_cast<int64_t>(std::max(s0.size(), s1.size()))});
  return absl::OkStatus();
}

absl::Status ShapeNShape(ShapeContext& c) {
  const bool narrow = c.attr<DType>("out_type") == DType::kInt32;
  for (int i = 0; i < c.num_inputs(); ++i) {
    for (int64_t d : c.input(i).dims()) {
      if (!narrow || d <= std::numeric_limits<int32_t>::max()) continue;
      return Invalid("a dimension of input ", i, " ", c.input(i).ToString(), " is ", d,
                     ", which out_type int32 cannot represent");
    }
    c.set_output(i, Shape{c.input(i).rank()});
  }
  return absl::OkStatus();
}

absl::Status BroadcastGradientArgsShape(ShapeContext& c) {
  for (int i = 0; i < 2; ++i) {
    if (c.input(i).rank() != 1) return Invalid("In[", i, "] must be a vector.", c.input(i).ToString());
  }
  ASSIGN_OR_RETURN(const BroadcastAxes axes, FindBroadcastAxes(c.ints(0), c.ints(1)));
  for (int i = 0; i < 2; ++i) c.set_output(i, Shape{static_cast<int64_t>(axes.of[i].size())});
  return absl::OkStatus();
}

constexpr OpDef kShapeOps[] = {
    {.name = "Reshape",
     .doc = "The values under another shape; one extent may be -1.",
     .inputs = "tensor: T, shape: host Tshape",
     .outputs = "output: T",
     .attrs = "T: type, Tshape: {int32, int64} = int32",
     .shape = &ReshapeShape,
     .gradient = &ReshapeBack,
     .effect = Effect::kAlias},
    {.name = "ExpandDims",
     .doc = "The values with an axis of extent 1 put in.",
     .inputs = "input: T, dim: host Tdim",
     .outputs = "output: T",
     .attrs = "T: type, Tdim: {int32, int64} = int32",
     .shape = &ExpandDimsShape,
     .gradient = &ReshapeBack,
     .effect = Effect::kAlias},
    {.name = "Squeeze",
     .doc = "The values without some or all axes of extent 1.",
     .inputs = "input: T",
     .outputs = "output: T",
     .attrs = "T: type, squeeze_dims: list(int) = []",
     .shape = &SqueezeShape,
     .gradient = &ReshapeBack,
     .effect = Effect::kAlias},
    {.name = "Shape",
     .doc = "The extents of a tensor, as a vector.",
     .inputs = "input: T",
     .outputs = "output: out_type",
     .attrs = "T: type, out_type: {int32, int64} = int32",
     .shape = &ShapeShape,
     .gradient = &NotDifferentiable},
    {.name = "ShapeN",
     .doc = "The extents of every tensor of a list.",
     .inputs = "input: N * T",
     .outputs = "output: N * out_type",
     .attrs = "N: int >= 1, T: type, out_type: {int32, int64} = int32",
     .shape = &ShapeNShape,
     .gradient = &NotDifferentiable},
    {.name = "Size",
     .doc = "The number of elements of a tensor.",
     .inputs = "input: T",
     .outputs = "output: out_type",
     .attrs = "T: type, out_type: {int32, int64} = int32",
     .shape = &SizeShape,
     .gradient = &NotDifferentiable},
    {.name = "Rank",
     .doc = "The number of axes of a tensor.",
     .inputs = "input: T",
     .outputs = "output: int32",
     .attrs = "T: type",
     .shape = &RankShape,
     .gradient = &NotDifferentiable},
    {.name = "BroadcastTo",
     .doc = "The values repeated until they fill a shape, by NumPy's broadcasting.",
     .inputs = "input: T, shape: host Tidx",
     .outputs = "output: T",
     .attrs = "T: type, Tidx: {int32, int64} = int32",
     .shape = &BroadcastToShape,
     .gradient = &BroadcastToGrad},
    {.name = "BroadcastArgs",
     .doc = "The shape that two shapes broadcast to.",
     .inputs = "s0: host T, s1: host T",
     .outputs = "r0: T",
     .attrs = "T: {int32, int64} = int32",
     .shape = &BroadcastArgsShape,
     .gradient = &NotDifferentiable},
    {.name = "BroadcastGradientArgs",
     .doc = "The axes over which the gradients of two operands of these shapes are summed after they were broadcast.",
     .inputs = "s0: host T, s1: host T",
     .outputs = "r0: T, r1: T",
     .attrs = "T: {int32, int64} = int32",
     .shape = &BroadcastGradientArgsShape,
     .gradient = &NotDifferentiable},
};

}  // namespace

// Shapes that are equal were not broadcast; of others, an axis where both have 1 counts for both, as in TensorFlow.
absl::StatusOr<BroadcastAxes> FindBroadcastAxes(const HostInts& s0, const HostInts& s1) {
  BroadcastAxes axes;
  if (s0 == s1) return axes;
  const size_t rank = std::max(s0.size(), s1.size());
  const auto extent = [&](const HostInts& s, size_t axis) {
    const size_t missing = rank - s.size();
    return axis < missing ? 1 : s[axis - missing];
  };
  for (size_t axis = 0; axis < rank; ++axis) {
    const int64_t x = extent(s0, axis), y = extent(s1, axis);
    if (x != y && x != 1 && y != 1) {
      return Invalid("Incompatible shapes: [", absl::StrJoin(s0, ","), "] vs. [", absl::StrJoin(s1, ","), "]");
    }
    if (x == 1) axes.of[0].push_back(static_cast<int64_t>(axis));
    if (y == 1) axes.of[1].push_back(static_cast<int64_t>(axis));
  }
  return axes;
}

absl::Span<const OpDef> ShapeOps() { return kShapeOps; }

}  // namespace eager
