// Reductions over axes, and running sums and products along one.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/ops/grad_context.h"
#include "common/ops/op_table.h"
#include "common/ops/reduce_shape.h"
#include "common/ops/shape_context.h"
#include "common/status_macros.h"

namespace eager {

absl::Status ReduceShape(ShapeContext& c) {
  const Shape& in = c.input(0);
  absl::InlinedVector<bool, 8> reduced(in.rank(), false);
  for (int64_t given : c.ints(1)) {
    if (given < -in.rank() || given >= in.rank()) {
      return absl::InvalidArgumentError(
          absl::StrCat("Invalid reduction dimension (", given, " for input with ", in.rank(), " dimension(s)"));
    }
    const int64_t axis = given < 0 ? given + in.rank() : given;
    if (reduced[axis]) {
      return absl::InvalidArgumentError(
          absl::StrCat("Invalid reduction arguments: Axes contains duplicate dimension: ", axis));
    }
    reduced[axis] = true;
  }
  const bool keep = c.attr<bool>("keep_dims");
  Shape out;
  for (int i = 0; i < in.rank(); ++i) {
    if (!reduced[i]) {
      out.push_back(in[i]);
    } else if (keep) {
      out.push_back(1);
    }
  }
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

Shape KeptShape(GradContext& g) {
  Shape kept = g.shape(g.input(0));
  for (int64_t axis : g.ints(1)) {
    if (axis < 0) axis += kept.rank();
    // A client that does not know the input's shape has none of its axes.
    if (axis >= 0 && axis < kept.rank()) kept.set_dim(static_cast<int>(axis), 1);
  }
  return kept;
}

namespace {

using Axes = absl::InlinedVector<int64_t, 8>;

absl::Status ArgShape(ShapeContext& c) {
  const Shape& in = c.input(0);
  if (!c.input(1).is_scalar()) {
    return absl::InvalidArgumentError(
        absl::StrCat("dim must be a scalar, but received tensor of shape: ", c.input(1).ToString()));
  }
  const int64_t given = c.host(1).int_at(0);
  if (given < -in.rank() || given >= in.rank()) {
    return absl::InvalidArgumentError(
        absl::StrCat("Expected dimension in the range [", -in.rank(), ", ", in.rank(), "), but got ", given));
  }
  const int64_t axis = given < 0 ? given + in.rank() : given;
  if (in[static_cast<int>(axis)] == 0) {
    return absl::InvalidArgumentError(absl::StrCat("Reduction axis ", given, " is empty in shape ", in.ToString()));
  }
  Shape::Dims dims(in.dims().begin(), in.dims().end());
  dims.erase(dims.begin() + axis);
  c.set_output(0, Shape(std::move(dims)));
  return absl::OkStatus();
}

absl::Status ScanShape(ShapeContext& c) {
  if (!c.input(1).is_scalar()) {
    return absl::InvalidArgumentError(absl::StrCat("ScanOp: axis must be a scalar, not ", c.input(1).ToString()));
  }
  const int rank = c.input(0).rank();
  const int64_t axis = c.host(1).int_at(0);
  if (axis < -rank || axis >= rank) {
    return absl::InvalidArgumentError(
        absl::StrCat("ScanOp: Expected scan axis in the range [", -rank, ", ", rank, "), but got ", axis));
  }
  return SameAsInput0(c);
}

Node AsKept(GradContext& g, const Node& n, const Shape& kept) { return g.shape(n) == kept ? n : g.Reshape(n, kept); }

Axes ReducedAxes(const Shape& in, const Shape& kept) {
  Axes axes;
  for (int i = 0; i < std::min(in.rank(), kept.rank()); ++i) {
    if (in[i] != kept[i]) axes.push_back(i);
  }
  return axes;
}

Node Spread(GradContext& g, const Node& kept) {
  const Shape& to = g.shape(g.input(0));
  return g.shape(kept) == to ? kept : g.BroadcastTo(kept, to);
}

absl::Status SumGrad(GradContext& g, Grads& grads) {
  grads[0] = Spread(g, AsKept(g, g.upstream(0), KeptShape(g)));
  return absl::OkStatus();
}

absl::Status MeanGrad(GradContext& g, Grads& grads) {
  const Node dy = g.upstream(0);
  const int64_t in = g.shape(g.input(0)).num_elements(), out = g.shape(g.output(0)).num_elements();
  const double count = static_cast<double>(std::max<int64_t>(in, 1) / std::max<int64_t>(out, 1));
  const Node share = count == 1 ? dy : g.Div(dy, g.Scalar(count, dy));
  grads[0] = Spread(g, AsKept(g, share, KeptShape(g)));
  return absl::OkStatus();
}

// Elements that are as large as the result share the gradient equally.
absl::Status ExtremumGrad(GradContext& g, Grads& grads) {
  const Shape kept = KeptShape(g);
  const Node& x = g.input(0);
  const Node hit = g.Cast(g.Op("Equal", {AsKept(g, g.output(0), kept), x}), x.spec.dtype);
  const Node hits = g.Sum(hit, ReducedAxes(g.shape(x), kept), /*keep_dims=*/true);
  grads[0] = g.Mul(g.Div(hit, hits), AsKept(g, g.upstream(0), kept));
  return absl::OkStatus();
}

// dL/dx_i = dy * the product of all other x_j, which is right for zeros too. The others are those before i and those
// after i: with the reduced axes moved to the front and made one, two exclusive running products.
absl::Status ProdGrad(GradContext& g, Grads& grads) {
  const Node& x = g.input(0);
  const Shape& in = g.shape(x);
  const Shape kept = KeptShape(g);
  const Axes reduced = ReducedAxes(in, kept);
  Axes perm = reduced;
  for (int i = 0; i < in.rank(); ++i) {
    if (std::find(reduced.begin(), reduced.end(), i) == reduced.end()) perm.push_back(i);
  }
  Axes inverse(perm.size());
  int64_t others = 1, count = 1;
  for (size_t i = 0; i < perm.size(); ++i) {
    inverse[perm[i]] = static_cast<int64_t>(i);
    (i < reduced.size() ? count : others) *= in[static_cast<int>(perm[i])];
  }
  const bool in_order = std::is_sorted(perm.begin(), perm.end());
  const Node moved = in_order ? x : g.Transpose(x, perm);
  const Node flat = g.Reshape(moved, Shape{count, others});
  const Node axis = g.Const(HostTensor::Scalar<int32_t>(0));
  const Node before = g.Op("Cumprod", {flat, axis}, {{"exclusive", true}});
  const Node after = g.Op("Cumprod", {flat, axis}, {{"exclusive", true}, {"reverse", true}});
  Node rest = g.Mul(before, after);
  if (in_order) {
    rest = g.Reshape(rest, in);
  } else {
    rest = g.Transpose(g.Reshape(rest, g.shape(moved)), inverse);
  }
  grads[0] = g.Mul(AsKept(g, g.upstream(0), kept), rest);
  return absl::OkStatus();
}

absl::Status CumsumGrad(GradContext& g, Grads& grads) {
  grads[0] = g.Op("Cumsum", {g.upstream(0), g.input(1)},
                  {{"exclusive", g.attr<bool>("exclusive")}, {"reverse", !g.attr<bool>("reverse")}});
  return absl::OkStatus();
}

// As TensorFlow has it: 0 where x is 0.
absl::Status CumprodGrad(GradContext& g, Grads& grads) {
  const bool exclusive = g.attr<bool>("exclusive"), reverse = g.attr<bool>("reverse");
  // Made again rather than kept, so that the second derivative sees how it depends on x.
  const Node product = g.Op("Cumprod", {g.input(0), g.input(1)}, {{"exclusive", exclusive}, {"reverse", reverse}});
  const Node sum =
      g.Op("Cumsum", {g.Mul(product, g.upstream(0)), g.input(1)}, {{"exclusive", exclusive}, {"reverse", !reverse}});
  grads[0] = g.Op("DivNoNan", {sum, g.input(0)});
  return absl::OkStatus();
}

constexpr absl::string_view kReduceInputs = "input: T, reduction_indices: host Tidx";
constexpr absl::string_view kNumberAttrs =
    "keep_dims: bool = false, T: {float, double, int32, uint8, int16, int8, complex64, int64, bfloat16, uint16, "
    "complex128, half, uint32, uint64}, Tidx: {int32, int64} = int32";
constexpr absl::string_view kRealAttrs =
    "keep_dims: bool = false, T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, "
    "uint64}, Tidx: {int32, int64} = int32";
constexpr absl::string_view kBoolAttrs = "keep_dims: bool = false, Tidx: {int32, int64} = int32";
constexpr absl::string_view kScanAttrs =
    "exclusive: bool = false, reverse: bool = false, T: {float, double, int32, uint8, int16, int8, complex64, int64, "
    "bfloat16, uint16, complex128, half, uint32, uint64}, Tidx: {int32, int64} = int32";

constexpr OpDef kOps[] = {
    {.name = "Sum",
     .doc = "The sum of elements over the given axes.",
     .inputs = kReduceInputs,
     .outputs = "output: T",
     .attrs = kNumberAttrs,
     .shape = &ReduceShape,
     .gradient = &SumGrad,
     .saves = Saves::kHostInputs},
    {.name = "Mean",
     .doc = "The mean of elements over the given axes.",
     .inputs = kReduceInputs,
     .outputs = "output: T",
     .attrs = kNumberAttrs,
     .shape = &ReduceShape,
     .gradient = &MeanGrad,
     .saves = Saves::kHostInputs},
    {.name = "Max",
     .doc = "The largest element over the given axes; nan if one is nan.",
     .inputs = kReduceInputs,
     .outputs = "output: T",
     .attrs = kRealAttrs,
     .shape = &ReduceShape,
     .gradient = &ExtremumGrad,
     .saves = Saves::kBoth},
    {.name = "Min",
     .doc = "The smallest element over the given axes; nan if one is nan.",
     .inputs = kReduceInputs,
     .outputs = "output: T",
     .attrs = kRealAttrs,
     .shape = &ReduceShape,
     .gradient = &ExtremumGrad,
     .saves = Saves::kBoth},
    {.name = "Prod",
     .doc = "The product of elements over the given axes.",
     .inputs = kReduceInputs,
     .outputs = "output: T",
     .attrs = kNumberAttrs,
     .shape = &ReduceShape,
     .gradient = &ProdGrad,
     .saves = Saves::kInputs},
    {.name = "All",
     .doc = "Whether every element over the given axes is true.",
     .inputs = "input: bool, reduction_indices: host Tidx",
     .outputs = "output: bool",
     .attrs = kBoolAttrs,
     .shape = &ReduceShape,
     .gradient = &NotDifferentiable},
    {.name = "Any",
     .doc = "Whether some element over the given axes is true.",
     .inputs = "input: bool, reduction_indices: host Tidx",
     .outputs = "output: bool",
     .attrs = kBoolAttrs,
     .shape = &ReduceShape,
     .gradient = &NotDifferentiable},
    {.name = "ArgMax",
     .doc = "Where along an axis the largest element is; the first of several, never a nan.",
     .inputs = "input: T, dimension: host Tidx",
     .outputs = "output: output_type",
     .attrs = "T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64, bool}, "
              "Tidx: {int16, int32, int64} = int32, output_type: {int16, uint16, int32, int64} = int64",
     .shape = &ArgShape,
     .gradient = &NotDifferentiable},
    {.name = "ArgMin",
     .doc = "Where along an axis the smallest element is; the first of several, never a nan.",
     .inputs = "input: T, dimension: host Tidx",
     .outputs = "output: output_type",
     .attrs = "T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64, bool}, "
              "Tidx: {int32, int64} = int32, output_type: {int32, int64} = int64",
     .shape = &ArgShape,
     .gradient = &NotDifferentiable},
    {.name = "Cumsum",
     .doc = "Sums of the elements up to each one along an axis.",
     .inputs = "x: T, axis: host Tidx",
     .outputs = "out: T",
     .attrs = kScanAttrs,
     .shape = &ScanShape,
     .gradient = &CumsumGrad,
     .saves = Saves::kHostInputs},
    {.name = "Cumprod",
     .doc = "Products of the elements up to each one along an axis.",
     .inputs = "x: T, axis: host Tidx",
     .outputs = "out: T",
     .attrs = kScanAttrs,
     .shape = &ScanShape,
     .gradient = &CumprodGrad,
     .saves = Saves::kInputs},
};

}  // namespace

absl::Span<const OpDef> ReduceOps() { return kOps; }

}  // namespace eager
