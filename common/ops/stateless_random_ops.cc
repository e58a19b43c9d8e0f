// Random numbers that are a function of their inputs: of a key and a counter, or of two seeds that stand for them.
#include "common/ops/host_inputs.h"
#include "common/ops/op_table.h"
#include "common/ops/random_shapes.h"
#include "common/status_macros.h"

namespace eager {
namespace {

// tensorflow/core/framework/rng_alg.h. No CPU of TensorFlow's has ThreeFry.
constexpr int64_t kPhilox = 1, kAutoSelect = 3;
constexpr int64_t kPhiloxStateSize = 3;

absl::Status CheckSeed(const ShapeContext& c, int input) {
  if (c.input(input) == Shape{2}) return absl::OkStatus();
  return Invalid("seed must have shape [2], not ", c.input(input).ToString());
}

absl::Status SeededShape(ShapeContext& c) {
  RETURN_IF_ERROR(CheckSeed(c, 1));
  return RandomShape(c);
}

absl::Status SeededIntShape(ShapeContext& c) {
  RETURN_IF_ERROR(CheckSeed(c, 1));
  return RandomIntShape(c, 2);
}

// Of inputs 1 to 3: key, counter and algorithm.
absl::Status CheckKeyCounterAlg(const ShapeContext& c, bool empty) {
  if (!c.input(3).is_scalar()) return Invalid("input 3 (0-based) must have shape [], not ", c.input(3).ToString());
  const int64_t alg = c.host(3).int_at(0) == kAutoSelect ? kPhilox : c.host(3).int_at(0);
  if (c.input(1) != Shape{1}) {
    return Invalid("key must have shape [1], not ", c.input(1).ToString(),
                   ". (Note that batched keys are not supported yet.)");
  }
  const Shape& counter = c.input(2);  // TensorFlow goes by the algorithm's number here, which is 1 for Philox
  if (counter.rank() != 1 || counter[0] < alg) {
    return Invalid("counter must be a vector with length at least ", alg, "; got shape: ", counter.ToString(),
                   ". (Note that batched counters are not supported yet.)");
  }
  return alg == kPhilox || empty ? absl::OkStatus() : Invalid("Unsupported algorithm id: ", alg);
}

absl::Status KeyCounterShape(ShapeContext& c) {
  RETURN_IF_ERROR(RandomShape(c));
  const HostInts dims = c.ints(0);
  return CheckKeyCounterAlg(c, std::find(dims.begin(), dims.end(), 0) != dims.end());
}

absl::Status KeyCounterIntShape(ShapeContext& c) {
  RETURN_IF_ERROR(KeyCounterShape(c));
  return RandomIntShape(c, 4);
}

absl::Status KeyCounter(ShapeContext& c) {
  RETURN_IF_ERROR(CheckSeed(c, 0));
  c.set_output(0, Shape{1});
  c.set_output(1, Shape{2});
  if (c.num_outputs() > 2) c.set_output(2, Shape());
  return absl::OkStatus();
}

absl::Status ScalarShape(ShapeContext& c) {
  c.set_output(0, Shape());
  return absl::OkStatus();
}

absl::Status RngShape(ShapeContext& c) {
  const TensorSpec& state = c.variable(0);
  if (state.dtype != DType::kInt64) {
    return Invalid("dtype of RNG state variable must be int64, not ", Name(state.dtype));
  }
  if (state.shape.rank() != 1) {
    return Invalid("RNG state must have one and only one dimension, not ", state.shape.rank());
  }
  for (int i = 1; i < 3; ++i) {
    if (!c.input(i).is_scalar()) {
      return Invalid("input ", i, " (0-based) must have shape [], not ", c.input(i).ToString());
    }
  }
  const int64_t alg = c.host(1).int_at(0);
  if (alg != kPhilox && alg != kAutoSelect) {
    return absl::UnimplementedError(absl::StrCat("Unsupported algorithm id: ", alg, "; this is not Philox (", kPhilox, ")"));
  }
  if (state.shape[0] < kPhiloxStateSize) {
    return Invalid("For the Philox algorithm, the size of state must be at least ", kPhiloxStateSize, "; got ",
                   state.shape[0]);
  }
  c.set_output(0, Shape{kPhiloxStateSize});
  return absl::OkStatus();
}

constexpr absl::string_view
    kSeed = "Tseed: {int32, int64} = int64",
    kSeededFloats =
        "dtype: {half, bfloat16, float, double} = float, T: {int32, int64} = int32, Tseed: {int32, int64} = int64",
    kSeededInts = "dtype: {int32, int64}, T: {int32, int64}, Tseed: {int32, int64} = int64",
    kSeededFullInts =
        "dtype: {int32, int64, uint32, uint64} = uint64, T: {int32, int64} = int32, Tseed: {int32, int64} = int64",
    kKeyCounterAlg = "shape: host Tshape, key: uint64, counter: uint64, alg: host int32",
    kFloats = "dtype: {half, bfloat16, float, double} = float, Tshape: {int32, int64} = int32",
    kInts = "dtype: {int32, int64, uint32, uint64}, Tshape: {int32, int64} = int32",
    kFullInts = "dtype: {int32, int64, uint32, uint64} = uint64, Tshape: {int32, int64} = int32";

constexpr OpDef kOps[] = {
    {.name = "StatelessRandomNormal",
     .doc = "Normally distributed numbers of mean 0 and deviation 1, a function of the seed.",
     .inputs = "shape: host T, seed: Tseed",
     .outputs = "output: dtype",
     .attrs = kSeededFloats,
     .shape = &SeededShape,
     .gradient = &NotDifferentiable},
    {.name = "StatelessRandomUniform",
     .doc = "Numbers equally distributed over [0, 1), a function of the seed.",
     .inputs = "shape: host T, seed: Tseed",
     .outputs = "output: dtype",
     .attrs = kSeededFloats,
     .shape = &SeededShape,
     .gradient = &NotDifferentiable},
    {.name = "StatelessTruncatedNormal",
     .doc = "Normally distributed numbers within two deviations of 0, a function of the seed.",
     .inputs = "shape: host T, seed: Tseed",
     .outputs = "output: dtype",
     .attrs = kSeededFloats,
     .shape = &SeededShape,
     .gradient = &NotDifferentiable},
    {.name = "StatelessRandomUniformInt",
     .doc = "Integers equally distributed over [minval, maxval), a function of the seed.",
     .inputs = "shape: host T, seed: Tseed, minval: host dtype, maxval: host dtype",
     .outputs = "output: dtype",
     .attrs = kSeededInts,
     .shape = &SeededIntShape,
     .gradient = &NotDifferentiable},
    {.name = "StatelessRandomUniformFullInt",
     .doc = "Integers equally distributed over all that their dtype has, a function of the seed.",
     .inputs = "shape: host T, seed: Tseed",
     .outputs = "output: dtype",
     .attrs = kSeededFullInts,
     .shape = &SeededShape,
     .gradient = &NotDifferentiable},
    {.name = "StatelessRandomNormalV2",
     .doc = "Normally distributed numbers of mean 0 and deviation 1, a function of key and counter.",
     .inputs = kKeyCounterAlg,
     .outputs = "output: dtype",
     .attrs = kFloats,
     .shape = &KeyCounterShape,
     .gradient = &NotDifferentiable},
    {.name = "StatelessRandomUniformV2",
     .doc = "Numbers equally distributed over [0, 1), a function of key and counter.",
     .inputs = kKeyCounterAlg,
     .outputs = "output: dtype",
     .attrs = kFloats,
     .shape = &KeyCounterShape,
     .gradient = &NotDifferentiable},
    {.name = "StatelessTruncatedNormalV2",
     .doc = "Normally distributed numbers within two deviations of 0, a function of key and counter.",
     .inputs = kKeyCounterAlg,
     .outputs = "output: dtype",
     .attrs = kFloats,
     .shape = &KeyCounterShape,
     .gradient = &NotDifferentiable},
    {.name = "StatelessRandomUniformIntV2",
     .doc = "Integers equally distributed over [minval, maxval), a function of key and counter.",
     .inputs = "shape: host Tshape, key: uint64, counter: uint64, alg: host int32, minval: host dtype, maxval: host dtype",
     .outputs = "output: dtype",
     .attrs = kInts,
     .shape = &KeyCounterIntShape,
     .gradient = &NotDifferentiable},
    {.name = "StatelessRandomUniformFullIntV2",
     .doc = "Integers equally distributed over all that their dtype has, a function of key and counter.",
     .inputs = kKeyCounterAlg,
     .outputs = "output: dtype",
     .attrs = kFullInts,
     .shape = &KeyCounterShape,
     .gradient = &NotDifferentiable},
    {.name = "StatelessRandomGetKeyCounter",
     .doc = "The key and the counter that a pair of seeds stands for.",
     .inputs = "seed: Tseed",
     .outputs = "key: uint64, counter: uint64",
     .attrs = kSeed,
     .shape = &KeyCounter,
     .gradient = &NotDifferentiable},
    {.name = "StatelessRandomGetKeyCounterAlg",
     .doc = "The key and the counter that a pair of seeds stands for, and the algorithm that they are for.",
     .inputs = "seed: Tseed",
     .outputs = "key: uint64, counter: uint64, alg: int32",
     .attrs = kSeed,
     .shape = &KeyCounter,
     .gradient = &NotDifferentiable},
    {.name = "StatelessRandomGetAlg",
     .doc = "The algorithm that the device uses for random numbers: 1, Philox.",
     .inputs = "",
     .outputs = "alg: int32",
     .attrs = "",
     .shape = &ScalarShape,
     .gradient = &NotDifferentiable},
    {.name = "RngReadAndSkip",
     .doc = "The state in a generator's variable, (counter, counter, key), which then passes over 256 * delta blocks.",
     .inputs = "resource: resource, alg: host int32, delta: host uint64",
     .outputs = "value: int64",
     .attrs = "",
     .shape = &RngShape,
     .gradient = &NotDifferentiable,
     .effect = Effect::kStateful},
};

}  // namespace

absl::Span<const OpDef> StatelessRandomOps() { return kOps; }

}  // namespace eager
