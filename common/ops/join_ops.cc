// Ops that join tensors and take them apart again; each is the gradient of another.

#include "common/ops/grad_context.h"
#include "common/ops/host_inputs.h"
#include "common/ops/op_table.h"
#include "common/status_macros.h"

namespace eager {
namespace {

absl::Status ConcatShape(ShapeContext& c) {
  const int n = c.num_inputs() - 1;
  Shape out = c.input(0);
  const int rank = out.rank();
  absl::StatusOr<int64_t> axis = HostScalar(c, n, ScalarForm::kVectorOfOne);
  if (!axis.ok()) return Invalid("axis tensor should be a scalar integer, but got shape ", c.input(n).ToString());
  if (*axis < -rank || *axis >= rank) {
    return Invalid("axis: Expected concatenating dimensions in the range [", -rank, ", ", rank, "), but got ", *axis);
  }
  const int along = static_cast<int>(*axis < 0 ? *axis + rank : *axis);
  int64_t total = out[along];
  for (int i = 1; i < n; ++i) {
    const Shape& in = c.input(i);
    const auto both = [&] {
      return absl::StrCat("shape[0] = ", c.input(0).ToString(), " vs. shape[", i, "] = ", in.ToString());
    };
    if (in.rank() != rank) return Invalid("values: Ranks of all input tensors should match: ", both());
    for (int d = 0; d < rank; ++d) {
      if (d != along && in[d] != out[d]) {
        return Invalid("values: Dimension ", d, " in both shapes must be equal: ", both());
      }
    }
    if (__builtin_add_overflow(total, in[along], &total))
      return Invalid("values: dimension ", along, " grows over 63 bits");
  }
  out.set_dim(along, total);
  ASSIGN_OR_RETURN(out, Shape::Make(out.dims()));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

// The axis along which shapes were concatenated: the one whose extents add up to the result's. Along others they do so
// only if all are 0; then nothing but an axis with a sum above 0 can be it, or all shapes are alike and any will do.
int ConcatAxis(const GradContext& g, int n) {
  const Shape& out = g.shape(g.output(0));
  int found = 0;
  for (int d = 0; d < out.rank(); ++d) {
    int64_t sum = 0;
    for (int i = 0; i < n; ++i) sum += d < g.shape(g.input(i)).rank() ? g.shape(g.input(i))[d] : 0;
    if (sum != out[d]) continue;
    if (sum > 0) return d;
    found = d;
  }
  return found;
}

absl::Status ConcatGrad(GradContext& g, Grads& grads) {
  const int n = g.num_inputs() - 1;
  const int axis = ConcatAxis(g, n);
  absl::InlinedVector<int64_t, 4> sizes;
  for (int i = 0; i < n; ++i) {
    const Shape& in = g.shape(g.input(i));
    sizes.push_back(axis < in.rank() ? in[axis] : 0);
  }
  const Node pieces[] = {g.upstream(0), g.Ints(sizes), g.Const(HostTensor::Scalar<int32_t>(axis))};
  auto split = g.Ops("SplitV", pieces, {{"num_split", static_cast<int64_t>(n)}});
  for (int i = 0; i < n && g.status().ok(); ++i) grads[i] = std::move(split[i]);
  return g.status();
}

absl::Status PackShape(ShapeContext& c) {
  const Shape& in = c.input(0);
  for (int i = 1; i < c.num_inputs(); ++i) {
    if (!(c.input(i) == in)) {
      return Invalid("Shapes of all inputs must match: values[0].shape = ", in.ToString(), " != values[", i,
                     "].shape = ", c.input(i).ToString());
    }
  }
  const int rank = in.rank() + 1;
  int64_t axis = c.attr<int64_t>("axis");
  if (axis < -rank || axis >= rank) return Invalid("axis = ", axis, " not in [", -rank, ", ", rank, ")");
  if (axis < 0) axis += rank;
  Shape::Dims dims(in.dims().begin(), in.dims().end());
  dims.insert(dims.begin() + axis, c.num_inputs());
  ASSIGN_OR_RETURN(Shape out, Shape::Make(dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status PackGrad(GradContext& g, Grads& grads) {
  const int n = g.num_inputs();
  const Node packed[] = {g.upstream(0)};
  auto parts = g.Ops("Unpack", packed, {{"num", static_cast<int64_t>(n)}, {"axis", g.attr<int64_t>("axis")}});
  for (int i = 0; i < n && g.status().ok(); ++i) grads[i] = std::move(parts[i]);
  return g.status();
}

absl::Status UnpackShape(ShapeContext& c) {
  const Shape& in = c.input(0);
  int64_t axis = c.attr<int64_t>("axis");
  if (axis < -in.rank() || axis >= in.rank()) {
    return Invalid("axis = ", axis, " not in [", -in.rank(), ", ", in.rank(), ")");
  }
  if (axis < 0) axis += in.rank();
  if (in[static_cast<int>(axis)] != c.num_outputs()) {
    return Invalid("Input shape axis ", axis, " of value must equal num = ", c.num_outputs(), ", got shape ",
                   in.ToString());
  }
  Shape::Dims dims(in.dims().begin(), in.dims().end());
  dims.erase(dims.begin() + axis);
  ASSIGN_OR_RETURN(const Shape out, Shape::Make(dims));
  for (int i = 0; i < c.num_outputs(); ++i) c.set_output(i, out);
  return absl::OkStatus();
}

absl::InlinedVector<Node, 4> Upstreams(GradContext& g) {
  absl::InlinedVector<Node, 4> all;
  for (int i = 0; i < g.num_outputs(); ++i) all.push_back(g.upstream(i));
  return all;
}

absl::Status UnpackGrad(GradContext& g, Grads& grads) {
  auto packed = g.Ops("Pack", Upstreams(g), {{"axis", g.attr<int64_t>("axis")}});
  if (!packed.empty()) grads[0] = std::move(packed[0]);
  return g.status();
}

absl::StatusOr<int> SplitAxis(const ShapeContext& c, int input, const Shape& value) {
  ASSIGN_OR_RETURN(const int64_t axis, HostScalar(c, input, ScalarForm::kAnyOfOne));
  const int rank = value.rank();
  if (axis < -rank || axis >= rank) {
    return Invalid("-input rank(-", rank, ") <= split_dim < input rank (", rank, "), but got ", axis);
  }
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

absl::Status SplitShape(ShapeContext& c) {
  const Shape& value = c.input(1);
  if (c.input(0).rank() != 0) return Invalid("split_dim must be a scalar but has rank ", c.input(0).rank());
  ASSIGN_OR_RETURN(const int axis, SplitAxis(c, 0, value));
  const int64_t n = c.num_outputs();
  if (value[axis] % n != 0) {
    return Invalid("Number of ways to split should evenly divide the split dimension, but got split_dim ", axis,
                   " (size = ", value[axis], ") and num_split ", n);
  }
  Shape out = value;
  out.set_dim(axis, value[axis] / n);
  for (int i = 0; i < n; ++i) c.set_output(i, out);
  return absl::OkStatus();
}

// The sizes of SplitV's pieces, a -1 among them filled in.
absl::StatusOr<HostInts> SplitSizes(const ShapeContext& c, int64_t extent) {
  if (c.input(1).rank() != 1 || c.input(1)[0] != c.num_outputs()) {
    return Invalid("size_splits must be 1-D and have num_split = ", c.num_outputs(), " elements, got shape ",
                   c.input(1).ToString());
  }
  HostInts sizes = c.ints(1);
  if (sizes.size() == 1 && sizes[0] != extent) {  // not even a -1
    return Invalid("size_splits: If there is only one output, it must have the same size as the input. Input size: ",
                   extent, " output size: ", sizes[0]);
  }
  int unknown = -1;
  int64_t sum = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == -1) {
      if (unknown >= 0) return Invalid("size_splits: There can only be one -1 in the input.");
      unknown = static_cast<int>(i);
    } else if (sizes[i] < 0) {
      return Invalid("size_splits: Split size at index ", i, " must be >= 0. Got: ", sizes[i]);
    } else if (__builtin_add_overflow(sum, sizes[i], &sum)) {
      return Invalid("size_splits adds up to more than 63 bits");
    }
  }
  if (unknown < 0 ? sum != extent : sum > extent) {
    return Invalid("size_splits: Determined shape must either match input shape along split_dim (", extent,
                   ") exactly if fully specified, or be less than the size of the input along split_dim if not fully "
                   "specified.  Got: ",
                   sum);
  }
  if (unknown >= 0) sizes[unknown] = extent - sum;
  return sizes;
}

absl::Status SplitVShape(ShapeContext& c) {
  Shape out = c.input(0);
  ASSIGN_OR_RETURN(const int axis, SplitAxis(c, 2, out));
  ASSIGN_OR_RETURN(const HostInts sizes, SplitSizes(c, out[axis]));
  for (int i = 0; i < c.num_outputs(); ++i) {
    out.set_dim(axis, sizes[i]);
    c.set_output(i, out);
  }
  return absl::OkStatus();
}

// Puts the pieces together again along the axis that input `axis` names.
Node Rejoin(GradContext& g, int axis) {
  absl::InlinedVector<Node, 4> operands = Upstreams(g);
  if (operands.size() == 1) return operands[0];
  // SplitV's axis may be a tensor of one element of any shape, ConcatV2's only a scalar or a vector.
  operands.push_back(g.shape(g.input(axis)).rank() < 2 ? g.input(axis) : g.Reshape(g.input(axis), Shape()));
  auto joined = g.Ops("ConcatV2", operands);
  return joined.empty() ? Node() : std::move(joined[0]);
}

absl::Status SplitGrad(GradContext& g, Grads& grads) {
  grads[1] = Rejoin(g, 0);
  return g.status();
}

absl::Status SplitVGrad(GradContext& g, Grads& grads) {
  grads[0] = Rejoin(g, 2);
  return g.status();
}

constexpr OpDef kJoinOps[] = {
    {.name = "ConcatV2",
     .doc = "Tensors one after the other along an axis that they have.",
     .inputs = "values: N * T, axis: host Tidx",
     .outputs = "output: T",
     .attrs = "N: int >= 2, T: type, Tidx: {int32, int64} = int32",
     .shape = &ConcatShape,
     .gradient = &ConcatGrad},
    {.name = "Pack",
     .doc = "Tensors of one shape one after the other along a new axis.",
     .inputs = "values: N * T",
     .outputs = "output: T",
     .attrs = "N: int >= 1, T: type, axis: int = 0",
     .shape = &PackShape,
     .gradient = &PackGrad},
    {.name = "Unpack",
     .doc = "The slices of a tensor along an axis, which they lack.",
     .inputs = "value: T",
     .outputs = "output: num * T",
     .attrs = "num: int >= 0, T: type, axis: int = 0",
     .shape = &UnpackShape,
     .gradient = &UnpackGrad},
    {.name = "Split",
     .doc = "Equal pieces of a tensor along an axis.",
     .inputs = "split_dim: host int32, value: T",
     .outputs = "output: num_split * T",
     .attrs = "num_split: int >= 1, T: type",
     .shape = &SplitShape,
     .gradient = &SplitGrad,
     .saves = Saves::kHostInputs},
    {.name = "SplitV",
     .doc = "Pieces of the given sizes of a tensor along an axis; one size may be -1.",
     .inputs = "value: T, size_splits: host Tlen, split_dim: host int32",
     .outputs = "output: num_split * T",
     .attrs = "num_split: int >= 1, T: type, Tlen: {int8, int32, int64} = int64",
     .shape = &SplitVShape,
     .gradient = &SplitVGrad,
     .saves = Saves::kHostInputs},
};

}  // namespace

absl::Span<const OpDef> JoinOps() { return kJoinOps; }

}  // namespace eager
