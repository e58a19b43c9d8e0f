// Random numbers from a generator that each signature keeps: TensorFlow's numbers for the same seeds.
#include "common/ops/grad_context.h"
#include "common/ops/host_inputs.h"
#include "common/ops/op_table.h"
#include "common/ops/random_shapes.h"
#include "common/status_macros.h"

namespace eager {
namespace {

absl::Status UniformIntShape(ShapeContext& c) {
  RETURN_IF_ERROR(CheckBoundsAreScalars(c, 1));  // here, unlike the stateless ops, even where no number is asked for
  return RandomIntShape(c, 1);
}

// Numbers of the shape that input 0 spells out for each element of input 1, a distribution's parameter.
absl::Status PerParameterShape(ShapeContext& c) {
  RETURN_IF_ERROR(RandomShape(c));
  const HostInts samples = c.ints(0);
  Shape::Dims dims(samples.begin(), samples.end());
  dims.insert(dims.end(), c.input(1).dims().begin(), c.input(1).dims().end());
  ASSIGN_OR_RETURN(Shape out, Shape::Make(dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

// How a number grows with alpha is known only from the number itself. There is no form of that in half.
absl::Status RandomGammaGradient(GradContext& g, Grads& grads) {
  const DType own = g.input(1).spec.dtype, dtype = own == DType::kFloat16 ? DType::kFloat32 : own;
  const Node partial = g.Op("RandomGammaGrad", {g.Cast(g.input(1), dtype), g.Cast(g.output(0), dtype)});
  grads[1] = g.Mul(g.upstream(0), g.Cast(partial, own));
  return g.status();
}

absl::Status MultinomialShape(ShapeContext& c) {
  const Shape& logits = c.input(0);
  if (logits.rank() != 2) return Invalid("logits should be a matrix, got shape ", logits.ToString());
  if (!c.input(1).is_scalar()) return Invalid("num_samples should be a scalar, got shape ", c.input(1).ToString());
  const int64_t samples = c.ints(1)[0];
  if (samples < 0) return Invalid("num_samples should be non-negative, got ", samples);
  if (logits[1] <= 0) return Invalid("num_classes should be positive, got ", logits[1]);
  ASSIGN_OR_RETURN(Shape out, Shape::Make({logits[0], samples}));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

constexpr absl::string_view kFloatAttrs =
    "seed: int = 0, seed2: int = 0, dtype: {half, bfloat16, float, double}, T: {int32, int64}";

constexpr OpDef kOps[] = {
    {.name = "Multinomial",
     .doc = "Numbers of classes, drawn for each row of unnormalised log-probabilities.",
     .inputs = "logits: T, num_samples: host int32",
     .outputs = "output: output_dtype",
     .attrs = "seed: int = 0, seed2: int = 0, T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, "
              "half, uint32, uint64}, output_dtype: {int32, int64} = int64",
     .shape = &MultinomialShape,
     .gradient = &NotDifferentiable,
     .effect = Effect::kStateful},
    {.name = "RandomGamma",
     .doc = "Numbers of gamma distributions with the shapes alpha and scale 1, so many for each.",
     .inputs = "shape: host S, alpha: T",
     .outputs = "output: T",
     .attrs = "seed: int = 0, seed2: int = 0, T: {half, float, double}, S: {int32, int64}",
     .shape = &PerParameterShape,
     .gradient = &RandomGammaGradient,
     .saves = Saves::kBoth,
     .effect = Effect::kStateful},
    {.name = "RandomGammaGrad",
     .doc = "The derivative by alpha of numbers that were drawn from gamma distributions.",
     .inputs = "alpha: T, sample: T",
     .outputs = "output: T",
     .attrs = "T: {float, double}",
     .shape = &BroadcastInputs,
     .gradient = &NotDifferentiable},
    {.name = "RandomPoissonV2",
     .doc = "Numbers of Poisson distributions, so many for each rate.",
     .inputs = "shape: host S, rate: R",
     .outputs = "output: dtype",
     .attrs = "seed: int = 0, seed2: int = 0, dtype: {half, float, double, int32, int64} = int64, "
              "R: {half, float, double, int32, int64} = double, S: {int32, int64}",
     .shape = &PerParameterShape,
     .gradient = &NotDifferentiable,
     .effect = Effect::kStateful},
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
