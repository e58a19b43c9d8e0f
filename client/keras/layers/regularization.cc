#include "client/keras/layers/regularization.h"

#include "absl/strings/str_cat.h"
#include "client/core/tensor_state.h"
#include "client/math.h"
#include "client/ops.h"

namespace eager::keras::layers {

Dropout::Dropout(double rate, const DropoutOptions& options, std::source_location where)
    : Elementwise("dropout", {options.name, true, options.dtype, options.input_shape}, where),
      rate_(rate),
      noise_shape_(options.noise_shape),
      seed_(options.seed) {
  if (!(rate >= 0 && rate < 1)) {
    throw Error(absl::InvalidArgumentError(absl::StrCat("Dropout: expected a rate in [0, 1), got ", rate)), where);
  }
}

// The ops of tf.nn.dropout (tensorflow/python/ops/nn_ops.py), so that a seed drops the same values.
Tensor Dropout::call(const Tensor& x, bool training) {
  if (!training || rate_ == 0) return x;
  const std::source_location where = call_site();
  Shape noise = x.shape(where);
  if (noise_shape_.given()) {
    if (noise_shape_.rank() != noise.rank()) {
      throw Error(
          absl::InvalidArgumentError(absl::StrCat("layer \"", name(), "\": noise_shape ", noise_shape_.ToString(),
                                                  " has not the rank of the input, ", noise.ToTuple())),
          where);
    }
    for (int axis = 0; axis < noise.rank(); ++axis) {
      if (noise_shape_[axis] != None) noise.set_dim(axis, noise_shape_[axis]);
    }
  }
  const Tensor scaled = Operand(x, where) * (1 / (1 - rate_));
  const auto seeds = x.state()->context->NextSeeds(seed_);
  const Tensor drawn =
      raw_ops::RandomUniform(Operand(noise, where), {.seed = seeds.seed, .seed2 = seeds.seed2, .dtype = x.dtype()});
  return eager::where(Operand(Operand(drawn, where) >= rate_, where), scaled, 0);
}

}  // namespace eager::keras::layers
