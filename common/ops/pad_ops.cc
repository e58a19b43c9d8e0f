// Ops that put elements around a tensor: a constant or mirrored ones.

#include "common/ops/grad_context.h"
#include "common/ops/host_inputs.h"
#include "common/ops/op_table.h"
#include "common/status_macros.h"

namespace eager {
namespace {

// The values of `paddings`, two per axis of input 0: before and after.
absl::StatusOr<HostInts> Paddings(const ShapeContext& c) {
  const Shape &in = c.input(0), &paddings = c.input(1);
  if (paddings.rank() != 2 || paddings[1] != 2) {
    return Invalid("paddings must be a matrix with 2 columns: ", paddings.ToString());
  }
  if (paddings[0] != in.rank()) {
    return Invalid("The first dimension of paddings ", paddings.ToString(), " must be the rank of input ",
                   in.ToString());
  }
  HostInts values = c.ints(1);
  for (size_t i = 0; i < values.size(); i += 2) {
    if (values[i] < 0 || values[i + 1] < 0) {
      return Invalid("Paddings must be non-negative: ", values[i], " ", values[i + 1]);
    }
  }
  return values;
}

// Sets output 0 to input 0's shape with the paddings added.
absl::Status SetPadded(ShapeContext& c, const HostInts& paddings) {
  Shape::Dims dims(c.input(0).dims().begin(), c.input(0).dims().end());
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    int64_t both;
    if (__builtin_add_overflow(paddings[2 * axis], paddings[2 * axis + 1], &both) ||
        __builtin_add_overflow(dims[axis], both, &dims[axis])) {
      return Invalid("paddings: dimension ", axis, " grows over 63 bits");
    }
  }
  ASSIGN_OR_RETURN(Shape out, Shape::Make(dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status PadShape(ShapeContext& c) {
  ASSIGN_OR_RETURN(const HostInts paddings, Paddings(c));
  if (c.num_inputs() > 2 && !c.input(2).is_scalar()) {
    return Invalid("constant_values must be a scalar, got shape ", c.input(2).ToString());
  }
  return SetPadded(c, paddings);
}

// The place of the input in the output.
absl::Status PadGrad(GradContext& g, Grads& grads) {
  const HostInts paddings = g.ints(1);
  const absl::Span<const int64_t> size = g.shape(g.input(0)).dims();
  HostInts begin;
  for (size_t axis = 0; axis < size.size(); ++axis) begin.push_back(paddings[2 * axis]);
  grads[0] = g.Op("Slice", {g.upstream(0), g.Ints(begin, DType::kInt64), g.Ints(size, DType::kInt64)});
  return absl::OkStatus();
}

// A mirror shows no more than there is: REFLECT leaves out the edge, SYMMETRIC shows it too.
absl::Status CheckMirror(const ShapeContext& c, const HostInts& paddings, absl::Span<const int64_t> extents) {
  const bool reflect = c.attr<std::string>("mode") == "REFLECT";
  for (size_t axis = 0; axis < extents.size(); ++axis) {
    const int64_t before = paddings[2 * axis], after = paddings[2 * axis + 1];
    const int64_t most = extents[axis] - (reflect ? 1 : 0);
    if (before > most || after > most) {
      return Invalid("paddings must be ", reflect ? "less" : "no greater", " than the dimension size: ", before, ", ",
                     after, reflect ? " not less than " : " greater than ", extents[axis]);
    }
  }
  return absl::OkStatus();
}

absl::Status MirrorPadShape(ShapeContext& c) {
  ASSIGN_OR_RETURN(const HostInts paddings, Paddings(c));
  RETURN_IF_ERROR(CheckMirror(c, paddings, c.input(0).dims()));
  return SetPadded(c, paddings);
}

absl::Status MirrorPadGradShape(ShapeContext& c) {
  ASSIGN_OR_RETURN(const HostInts paddings, Paddings(c));
  Shape out = c.input(0);
  for (int axis = 0; axis < out.rank(); ++axis) {
    const int64_t before = paddings[2 * axis], after = paddings[2 * axis + 1];
    if (before > out[axis] || after > out[axis] - before) {
      return Invalid("paddings ", before, ", ", after, " are more than the dimension ", axis, " of input ",
                     out.ToString());
    }
    out.set_dim(axis, out[axis] - before - after);
  }
  RETURN_IF_ERROR(CheckMirror(c, paddings, out.dims()));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status GradOfMirrorPad(GradContext& g, Grads& grads) {
  grads[0] = g.Op("MirrorPadGrad", {g.upstream(0), g.input(1)}, {{"mode", g.attr<std::string>("mode")}});
  return absl::OkStatus();
}

absl::Status GradOfMirrorPadGrad(GradContext& g, Grads& grads) {
  grads[0] = g.Op("MirrorPad", {g.upstream(0), g.input(1)}, {{"mode", g.attr<std::string>("mode")}});
  return absl::OkStatus();
}

constexpr OpDef kPadOps[] = {
    {.name = "Pad",
     .doc = "The input with paddings[i] = (before, after) zeros around it along axis i.",
     .inputs = "input: T, paddings: host Tpaddings",
     .outputs = "output: T",
     .attrs = "T: type, Tpaddings: {int32, int64} = int32",
     .shape = &PadShape,
     .gradient = &PadGrad,
     .saves = Saves::kHostInputs},
    {.name = "PadV2",
     .doc = "The input with paddings[i] = (before, after) copies of a value around it along axis i.",
     .inputs = "input: T, paddings: host Tpaddings, constant_values: T",
     .outputs = "output: T",
     .attrs = "T: type, Tpaddings: {int32, int64} = int32",
     .shape = &PadShape,
     .gradient = &PadGrad,
     .saves = Saves::kHostInputs,
     .no_gradient_inputs = 1u << 2},
    {.name = "MirrorPad",
     .doc = "The input with its own mirror image around it.",
     .inputs = "input: T, paddings: host Tpaddings",
     .outputs = "output: T",
     .attrs = "T: type, Tpaddings: {int32, int64} = int32, mode: string {'REFLECT', 'SYMMETRIC'}",
     .shape = &MirrorPadShape,
     .gradient = &GradOfMirrorPad,
     .saves = Saves::kHostInputs},
    {.name = "MirrorPadGrad",
     .doc = "Folds the mirror image that MirrorPad put around a tensor back into it, adding up.",
     .inputs = "input: T, paddings: host Tpaddings",
     .outputs = "output: T",
     .attrs = "T: type, Tpaddings: {int32, int64} = int32, mode: string {'REFLECT', 'SYMMETRIC'}",
     .shape = &MirrorPadGradShape,
     .gradient = &GradOfMirrorPadGrad,
     .saves = Saves::kHostInputs},
};

}  // namespace

absl::Span<const OpDef> PadOps() { return kPadOps; }

}  // namespace eager
