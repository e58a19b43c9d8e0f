// Random numbers from a generator that each signature keeps: TensorFlow's numbers for the same seeds.
#include "absl/strings/str_cat.h"
#include "common/ops/op_table.h"
#include "common/ops/shape_context.h"
#include "common/status_macros.h"

namespace eager {
namespace {

absl::Status RandomShape(ShapeContext& c) {
  if (c.input(0).rank() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("shape must be a vector of {int32,int64}, got shape ", c.input(0).ToString()));
  }
  ASSIGN_OR_RETURN(Shape shape, Shape::Make(c.ints(0)));
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

absl::Status UniformIntShape(ShapeContext& c) {
  RETURN_IF_ERROR(RandomShape(c));
  for (int i = 1; i < 3; ++i) {
    if (!c.input(i).is_scalar()) {
      return absl::InvalidArgumentError(
          absl::StrCat(c.op().inputs[i].name, " must be 0-D, got shape ", c.input(i).ToString()));
    }
  }
  for (int64_t d : c.ints(0)) {
    if (d == 0) return absl::OkStatus();  // no number is asked for, so an empty range will do
  }
  const int64_t low = c.host(1).int_at(0), high = c.host(2).int_at(0);
  if (low >= high) {
    return absl::InvalidArgumentError(absl::StrCat("Need minval < maxval, got ", low, " >= ", high));
  }
  return absl::OkStatus();
}

constexpr absl::string_view kFloatAttrs =
    "seed: int = 0, seed2: int = 0, dtype: {half, bfloat16, float, double}, T: {int32, int64}";

constexpr OpDef kOps[] = {
    {.name = "RandomStandardNormal",
     .doc = "Normally distributed numbers of mean 0 and deviation 1.",
     .inputs = "shape: host T",
     .outputs = "output: dtype",
     .attrs = kFloatAttrs,
     .shape = &RandomShape,
     .gradient = &NotDifferentiable,
     .effect = Effect::kStateful},
    {.name = "RandomUniform",
     .doc = "Numbers equally distributed over [0, 1).",
     .inputs = "shape: host T",
     .outputs = "output: dtype",
     .attrs = kFloatAttrs,
     .shape = &RandomShape,
     .gradient = &NotDifferentiable,
     .effect = Effect::kStateful},
    {.name = "RandomUniformInt",
     .doc = "Integers equally distributed over [minval, maxval).",
     .inputs = "shape: host T, minval: host Tout, maxval: host Tout",
     .outputs = "output: Tout",
     .attrs = "seed: int = 0, seed2: int = 0, Tout: {int32, int64}, T: {int32, int64}",
     .shape = &UniformIntShape,
     .gradient = &NotDifferentiable,
     .effect = Effect::kStateful},
    {.name = "TruncatedNormal",
     .doc = "Normally distributed numbers, drawn again where they lie more than two deviations from 0.",
     .inputs = "shape: host T",
     .outputs = "output: dtype",
     .attrs = kFloatAttrs,
     .shape = &RandomShape,
     .gradient = &NotDifferentiable,
     .effect = Effect::kStateful},
};

}  // namespace

absl::Span<const OpDef> RandomOps() { return kOps; }

}  // namespace eager
