// Random numbers from a generator that each signature keeps: TensorFlow's numbers for the same seeds.
#include "common/ops/op_table.h"
#include "common/ops/random_shapes.h"
#include "common/status_macros.h"

namespace eager {
namespace {

absl::Status UniformIntShape(ShapeContext& c) {
  RETURN_IF_ERROR(CheckBoundsAreScalars(c, 1));  // here, unlike the stateless ops, even where no number is asked for
  return RandomIntShape(c, 1);
}

constexpr absl::string_view kFloatAttrs =
    "seed: int = 0, seed2: int = 0, dtype: {half, bfloat16, float, double}, T: {int32, int64}";

constexpr OpDef kOps[] = {
    {.name = "RandomShuffle",
     .doc = "The rows of value (its slices along the first axis) in a random order.",
     .inputs = "value: T",
     .outputs = "output: T",
     .attrs = "seed: int = 0, seed2: int = 0, T: type",
     .shape = &SameAsInput0,
     .gradient = &NotDifferentiable,
     .effect = Effect::kStateful},
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
