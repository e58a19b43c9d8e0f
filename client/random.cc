#include "client/random.h"

#include "absl/strings/str_cat.h"
#include "client/core/call.h"
#include "client/core/random_scale.h"

namespace eager::random {
namespace {

using internal::Call1;
using internal::CheckRandomDType;
using internal::Op;

constexpr int kAutoSelect = 3;  // the device's own algorithm, which is Philox

// The seeds of the next op, in the context where it will run.
internal::ContextState::Seeds NextSeeds(const Operand& first, std::optional<int64_t> seed) {
  const auto context = first.tensor() != nullptr && first.tensor()->state() != nullptr
                           ? first.tensor()->state()->context
                           : internal::DefaultState(first.where());
  return context->NextSeeds(seed);
}

Tensor Stateful(absl::string_view op, const Operand& shape, const Options& options) {
  const auto seeds = NextSeeds(shape, options.seed);
  return Call1(Op(op), {&shape, 1}, {{"dtype", options.dtype}, {"seed", seeds.seed}, {"seed2", seeds.seed2}},
               shape.where());
}

// op(shape, key, counter, alg, more …), with what the seed stands for.
Tensor Stateless(absl::string_view op, const Operand& shape, const Operand& seed, DType dtype,
                 std::initializer_list<Operand> more = {}) {
  const auto where = shape.where();
  const internal::Tensors key_counter = internal::Call(Op("StatelessRandomGetKeyCounter"), {&seed, 1}, {}, where);
  std::vector<Operand> operands = {shape, {key_counter[0], where}, {key_counter[1], where}, {kAutoSelect, where}};
  operands.insert(operands.end(), more);
  return Call1(Op(op), operands, {{"dtype", dtype}}, where);
}

[[noreturn]] void NoBounds(const char* function, DType dtype, std::source_location where) {
  throw Error(absl::InvalidArgumentError(
                  absl::StrCat(function, ": must specify minval and maxval for integer dtype ", Name(dtype))),
              where);
}

}  // namespace

void set_seed(int64_t seed, std::source_location where) { internal::DefaultState(where)->SetSeed(seed); }

Tensor normal(const Operand& shape, const Operand& mean, const Operand& stddev, const Options& options) {
  CheckRandomDType("normal", options.dtype, {}, shape.where());
  return internal::ShiftNormal(Stateful("RandomStandardNormal", shape, options), mean, stddev, shape.where());
}

Tensor truncated_normal(const Operand& shape, const Operand& mean, const Operand& stddev, const Options& options) {
  CheckRandomDType("truncated_normal", options.dtype, {}, shape.where());
  return internal::ShiftNormal(Stateful("TruncatedNormal", shape, options), mean, stddev, shape.where());
}

Tensor uniform(const Operand& shape, const Operand& minval, const Operand& maxval, const Options& options) {
  CheckRandomDType("uniform", options.dtype, {DType::kInt32, DType::kInt64}, shape.where());
  if (IsFloating(options.dtype)) {
    return internal::ShiftUniform(Stateful("RandomUniform", shape, options), minval, maxval, shape.where());
  }
  const auto seeds = NextSeeds(shape, options.seed);
  const Operand operands[] = {shape, minval, maxval};
  return Call1(Op("RandomUniformInt"), operands,
               {{"Tout", options.dtype}, {"seed", seeds.seed}, {"seed2", seeds.seed2}}, shape.where());
}

Tensor uniform(const Operand& shape, const Options& options) {
  if (IsInteger(options.dtype)) NoBounds("uniform", options.dtype, shape.where());
  return uniform(shape, 0, 1, options);
}

Tensor shuffle(const Operand& value, std::optional<int64_t> seed) {
  const auto seeds = NextSeeds(value, seed);
  return Call1(Op("RandomShuffle"), {&value, 1}, {{"seed", seeds.seed}, {"seed2", seeds.seed2}}, value.where());
}

Tensor stateless_normal(const Operand& shape, const Operand& seed, const Operand& mean, const Operand& stddev,
                        DType dtype) {
  CheckRandomDType("stateless_normal", dtype, {}, shape.where());
  return internal::ShiftNormal(Stateless("StatelessRandomNormalV2", shape, seed, dtype), mean, stddev, shape.where());
}

Tensor stateless_truncated_normal(const Operand& shape, const Operand& seed, const Operand& mean, const Operand& stddev,
                                  DType dtype) {
  CheckRandomDType("stateless_truncated_normal", dtype, {}, shape.where());
  return internal::ShiftNormal(Stateless("StatelessTruncatedNormalV2", shape, seed, dtype), mean, stddev,
                               shape.where());
}

Tensor stateless_uniform(const Operand& shape, const Operand& seed, const Operand& minval, const Operand& maxval,
                         DType dtype) {
  CheckRandomDType("stateless_uniform", dtype, {DType::kInt32, DType::kInt64}, shape.where());
  if (!IsFloating(dtype)) return Stateless("StatelessRandomUniformIntV2", shape, seed, dtype, {minval, maxval});
  return internal::ShiftUniform(Stateless("StatelessRandomUniformV2", shape, seed, dtype), minval, maxval,
                                shape.where());
}

Tensor stateless_uniform(const Operand& shape, const Operand& seed, DType dtype) {
  if (IsInteger(dtype)) NoBounds("stateless_uniform", dtype, shape.where());
  return stateless_uniform(shape, seed, 0, 1, dtype);
}

Tensor stateless_uniform_full_int(const Operand& shape, const Operand& seed, DType dtype) {
  return Stateless("StatelessRandomUniformFullIntV2", shape, seed, dtype);
}

Tensor split(const Operand& seed, int64_t num) {
  const Tensor seeds = Call1(Op("Identity"), {&seed, 1}, {}, seed.where());  // a list becomes a tensor: of which dtype?
  return stateless_uniform_full_int(Operand({num, 2}, seed.where()), Operand(seeds, seed.where()), seeds.dtype());
}

Tensor fold_in(const Operand& seed, const Operand& data) {
  const Tensor second = Call1(Op("Identity"), {&data, 1}, {}, seed.where());
  const Tensor first = stateless_uniform_full_int(Operand(Shape(), seed.where()), seed, second.dtype());
  const Operand both[] = {{first, seed.where()}, {second, seed.where()}};
  return Call1(Op("Pack"), both, {}, seed.where());
}

}  // namespace eager::random
