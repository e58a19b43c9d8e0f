#include "client/random_generator.h"

#include <random>

#include "client/constant.h"
#include "client/core/call.h"
#include "client/core/random_scale.h"
#include "client/core/tape_state.h"
#include "client/math.h"

namespace eager::random {
namespace {

using internal::Call1;
using internal::Op;

constexpr int kPhilox = 1;

// A seed fills the state from the counter's low end, as an integer of that many bits.
std::array<int64_t, 3> StateOf(int64_t seed) { return {seed, seed < 0 ? -1 : 0, seed < 0 ? -1 : 0}; }

Tensor Upload(const std::array<int64_t, 3>& state, std::source_location where) {
  return constant(std::span<const int64_t>(state), Shape{3}, where);
}

// How many numbers a shape asks for, as a uint64 scalar.
Tensor Count(const Operand& shape) {
  const auto where = shape.where();
  if (shape.kind() != Operand::Kind::kInts) return cast({reduce_prod(shape), where}, DType::kUint64);
  uint64_t count = 1;  // the op itself refuses what is negative or too much
  for (int64_t d : shape.ints()) count *= static_cast<uint64_t>(d);
  return constant(count, where);
}

Tensor ReadAndSkip(const Variable& state, const Tensor& delta, std::source_location where) {
  const Operand operands[] = {{state.handle(), where}, {kPhilox, where}, {delta, where}};
  return Call1(Op("RngReadAndSkip"), operands, {}, where);
}

}  // namespace

Generator::Generator(std::array<int64_t, 3> state, std::source_location where)
    : state_({Upload(state, where), where}, {.name = "StateVar", .trainable = false}) {}

Generator Generator::from_seed(int64_t seed, std::source_location where) { return {StateOf(seed), where}; }

Generator Generator::from_key_counter(int64_t key, std::array<int64_t, 2> counter, std::source_location where) {
  return {{counter[0], counter[1], key}, where};
}

Generator Generator::from_non_deterministic_state(std::source_location where) {
  std::random_device device;
  const auto word = [&] { return static_cast<int64_t>(uint64_t{device()} << 32 | device()); };
  return {{word(), word(), word()}, where};
}

Tensor Generator::Run(const char* op, const Operand& shape, DType dtype, const std::vector<Operand>& more) const {
  const auto where = shape.where();
  const internal::NoTapes quiet;  // numbers depend on nothing that a tape watches
  const Tensor place = ReadAndSkip(state_, Count(shape), where);
  const Tensor words = cast({place, where}, DType::kUint64);
  const Tensor counter = slice({words, where}, {{0}, where}, {{2}, where});
  const Tensor key = slice({words, where}, {{2}, where}, {{1}, where});
  std::vector<Operand> operands = {shape, {key, where}, {counter, where}, {kPhilox, where}};
  operands.insert(operands.end(), more.begin(), more.end());
  return Call1(Op(op), operands, {{"dtype", dtype}}, where);
}

Tensor Generator::normal(const Operand& shape, const Operand& mean, const Operand& stddev, DType dtype) const {
  internal::CheckRandomDType("Generator::normal", dtype, {}, shape.where());
  return internal::ShiftNormal(Run("StatelessRandomNormalV2", shape, dtype), mean, stddev, shape.where());
}

Tensor Generator::truncated_normal(const Operand& shape, const Operand& mean, const Operand& stddev,
                                   DType dtype) const {
  internal::CheckRandomDType("Generator::truncated_normal", dtype, {}, shape.where());
  return internal::ShiftNormal(Run("StatelessTruncatedNormalV2", shape, dtype), mean, stddev, shape.where());
}

Tensor Generator::uniform(const Operand& shape, const Operand& minval, const Operand& maxval, DType dtype) const {
  internal::CheckRandomDType("Generator::uniform", dtype, {DType::kInt32, DType::kInt64}, shape.where());
  if (!IsFloating(dtype)) return Run("StatelessRandomUniformIntV2", shape, dtype, {minval, maxval});
  return internal::ShiftUniform(Run("StatelessRandomUniformV2", shape, dtype), minval, maxval, shape.where());
}

Tensor Generator::uniform(const Operand& shape, DType dtype) const {
  internal::CheckRandomDType("Generator::uniform without bounds", dtype, {}, shape.where());
  return uniform(shape, 0, 1, dtype);
}

Tensor Generator::uniform_full_int(const Operand& shape, DType dtype) const {
  return Run("StatelessRandomUniformFullIntV2", shape, dtype);
}

Tensor Generator::make_seeds(int64_t count, std::source_location where) const {
  const Tensor keys = uniform_full_int({Shape{count}, where}, DType::kInt64);
  return stack({{keys, where}, {zeros(Shape{count}, DType::kInt64, where), where}});
}

Tensor Generator::skip(uint64_t delta, std::source_location where) const {
  return ReadAndSkip(state_, constant(delta, where), where);
}

void Generator::reset_from_seed(int64_t seed, std::source_location where) {
  state_.assign({Upload(StateOf(seed), where), where});
}

}  // namespace eager::random
