#include "client/random.h"

#include "client/core/call.h"

namespace eager::random {
namespace {

Tensor Run(absl::string_view op, const Operand& shape, const Options& options) {
  const auto context = shape.tensor() != nullptr ? shape.tensor()->state()->context : internal::DefaultState(shape.where());
  const auto seeds = context->NextSeeds(options.seed);
  return internal::Call1(internal::Op(op), {&shape, 1},
                         {{"dtype", options.dtype}, {"seed", seeds.seed}, {"seed2", seeds.seed2}}, shape.where());
}

}  // namespace

void set_seed(int64_t seed, std::source_location where) { internal::DefaultState(where)->SetSeed(seed); }

Tensor normal(const Operand& shape, double mean, double stddev, const Options& options) {
  const Tensor standard = Run("RandomStandardNormal", shape, options);
  return Operand(standard * Operand(stddev, shape.where()), shape.where()) + Operand(mean, shape.where());
}

Tensor uniform(const Operand& shape, double minval, double maxval, const Options& options) {
  const Tensor unit = Run("RandomUniform", shape, options);
  return Operand(unit * Operand(maxval - minval, shape.where()), shape.where()) + Operand(minval, shape.where());
}

}  // namespace eager::random
