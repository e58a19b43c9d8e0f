// Random tensors, made on the server.
#pragma once

#include <optional>

#include "client/tensor.h"

namespace eager::random {

// Seeds all random ops of the default context, as tf.random.set_seed: the same ops after the same seed give TensorFlow's
// numbers. Without it every run is different.
void set_seed(int64_t seed, std::source_location where = std::source_location::current());

struct Options {
  DType dtype = DType::kFloat32;
  std::optional<int64_t> seed;  // of this op
};

// shape: {2000}, a Shape, or an integer tensor. No call waits.
Tensor normal(const Operand& shape, double mean = 0, double stddev = 1, const Options& options = {});
// In [minval, maxval).
Tensor uniform(const Operand& shape, double minval = 0, double maxval = 1, const Options& options = {});

}  // namespace eager::random
