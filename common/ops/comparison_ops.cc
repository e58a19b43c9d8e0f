// Comparisons of two broadcast tensors, and the ops that choose between tensors.
#include "absl/strings/str_cat.h"
#include "common/ops/grad_context.h"
#include "common/ops/op_table.h"
#include "common/ops/shape_context.h"

namespace eager {
namespace {

// Where the attribute allows it, tensors that cannot be broadcast are just not equal: one bool for all.
absl::Status EqualityShape(ShapeContext& c) {
  absl::Status status = BroadcastInputs(c);
  if (status.ok() || c.attr<bool>("incompatible_shape_error")) return status;
  c.set_output(0, Shape());
  return absl::OkStatus();
}

absl::Status SelectShape(ShapeContext& c) {
  if (BroadcastInputs(c).ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("condition ", c.input(0).ToString(), ", then ",
                                                 c.input(1).ToString(), ", and else ", c.input(2).ToString(),
                                                 " must be broadcastable"));
}

// The condition is a scalar, one for each row, or has the shape of what it chooses from; nothing else is broadcast.
absl::Status SelectV1Shape(ShapeContext& c) {
  const Shape &condition = c.input(0), &t = c.input(1), &e = c.input(2);
  const auto error = [](auto&&... parts) { return absl::InvalidArgumentError(absl::StrCat(parts...)); };
  if (t != e) {
    return error("'then' and 'else' must have the same size.  but received: ", t.ToString(), " vs. ", e.ToString());
  }
  c.set_output(0, t);
  if (condition.is_scalar()) return absl::OkStatus();
  if (condition.rank() == 1 && t.rank() != 1) {
    if (t.is_scalar()) return error("'then' must be at least a vector, but saw shape: ", t.ToString());
    if (t[0] == condition[0]) return absl::OkStatus();
    return error("Number of batches of 'then' must match size of 'cond', but saw: ", t[0], " vs. ", condition[0]);
  }
  if (condition == t) return absl::OkStatus();
  return error("Inputs to operation Select of type Select must have the same size and shape.  Input 0: ",
               condition.ToString(), " != input 1: ", t.ToString());
}

absl::Status ClipShape(ShapeContext& c) {
  for (int i = 1; i < 3; ++i) {
    if (c.input(i) == c.input(0) || c.input(i).rank() == 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("clip_value_min and clip_value_max must be either of the same shape as input, or a scalar. ",
                     "input shape: ", c.input(0).ToString(), "clip_value_min shape: ", c.input(1).ToString(),
                     "clip_value_max shape: ", c.input(2).ToString()));
  }
  return SameAsInput0(c);
}

// The branch not taken gets zeros, but what flows on from there is not masked again.
absl::Status SelectGradient(GradContext& g, Grads& grads) {
  const Node& condition = g.input(0);
  const Node up = g.upstream(0), zero = g.Scalar(0, up);
  if (g.needs(1)) grads[1] = g.Op("SelectV2", {condition, up, zero});
  if (g.needs(2)) grads[2] = g.Op("SelectV2", {condition, zero, up});
  return g.status();
}

absl::Status SelectV1Gradient(GradContext& g, Grads& grads) {
  const Node& condition = g.input(0);
  const Node up = g.upstream(0), zeros = g.ZerosLike(up);
  if (g.needs(1)) grads[1] = g.Op("Select", {condition, up, zeros});
  if (g.needs(2)) grads[2] = g.Op("Select", {condition, zeros, up});
  return g.status();
}

absl::Status ClipGradient(GradContext& g, Grads& grads) {
  const Node& x = g.input(0);
  const Node up = g.upstream(0), zeros = g.ZerosLike(up);
  const Node below = g.Op("Less", {x, g.input(1)}), above = g.Op("Greater", {x, g.input(2)});
  if (g.needs(0)) grads[0] = g.Op("SelectV2", {g.Op("LogicalOr", {below, above}), zeros, up});
  if (g.needs(1)) grads[1] = g.Op("SelectV2", {below, up, zeros});
  if (g.needs(2)) grads[2] = g.Op("SelectV2", {above, up, zeros});
  return g.status();
}

constexpr OpDef Ordering(absl::string_view name, absl::string_view doc) {
  return {.name = name, .doc = doc, .inputs = "x: T, y: T", .outputs = "z: bool",
          .attrs = "T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}",
          .shape = &BroadcastInputs, .gradient = &NotDifferentiable};
}

constexpr OpDef Equality(absl::string_view name, absl::string_view doc) {
  return {.name = name, .doc = doc, .inputs = "x: T, y: T", .outputs = "z: bool",
          .attrs = "T: type, incompatible_shape_error: bool = true", .shape = &EqualityShape,
          .gradient = &NotDifferentiable};
}

constexpr OpDef kRows[] = {
    Equality("Equal", "Whether x == y."),
    Equality("NotEqual", "Whether x != y."),
    Ordering("Less", "Whether x < y."),
    Ordering("LessEqual", "Whether x <= y."),
    Ordering("Greater", "Whether x > y."),
    Ordering("GreaterEqual", "Whether x >= y."),
    {.name = "SelectV2", .doc = "t where the condition holds, else e; all three are broadcast.",
     .inputs = "condition: bool, t: T, e: T", .outputs = "output: T", .attrs = "T: type", .shape = &SelectShape,
     .gradient = &SelectGradient, .saves = Saves::kIndexInputs},
    {.name = "Select", .doc = "t where the condition holds, else e; the condition may be one for all or one for each row.",
     .inputs = "condition: bool, t: T, e: T", .outputs = "output: T", .attrs = "T: type", .shape = &SelectV1Shape,
     .gradient = &SelectV1Gradient, .saves = Saves::kIndexInputs},
    {.name = "ClipByValue", .doc = "t, but not less than the one bound nor more than the other.",
     .inputs = "t: T, clip_value_min: T, clip_value_max: T", .outputs = "output: T",
     .attrs = "T: {float, double, int32, uint8, int16, int8, complex64, int64, bfloat16, uint16, complex128, half, "
              "uint32, uint64}",
     .shape = &ClipShape, .gradient = &ClipGradient, .saves = Saves::kInputs},
};

}  // namespace

absl::Span<const OpDef> ComparisonOps() { return kRows; }

}  // namespace eager
