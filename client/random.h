// Random tensors, made on the server: TensorFlow's own numbers for the same seeds.
//
// shape: {2000}, a Shape, or a vector of integers as a tensor. Bounds, means and deviations are host numbers, or
// tensors that broadcast against the shape. No call waits. Errors are INVALID_ARGUMENT: a negative extent, minval >=
// maxval of integers, a dtype that the function does not make.
#pragma once

#include <optional>

#include "client/tensor.h"

namespace eager::random {

// Seeds all random ops of the default context, as tf.random.set_seed, and starts their sequences again: the same calls
// after the same seed give the same numbers. Without it every run is different.
void set_seed(int64_t seed, std::source_location where = std::source_location::current());

struct Options {
  DType dtype = DType::kFloat32;
  // Of this op. Calls with one op seed are one sequence, which set_seed starts again; without it each call takes a seed
  // of its own from that of set_seed.
  std::optional<int64_t> seed;
};

// float16, bfloat16, float32, float64.
Tensor normal(const Operand& shape, const Operand& mean = 0, const Operand& stddev = 1, const Options& options = {});
// The same, but what lies two deviations or more from the mean is drawn again.
Tensor truncated_normal(const Operand& shape, const Operand& mean = 0, const Operand& stddev = 1,
                        const Options& options = {});
// In [minval, maxval): of the dtypes above, int32 or int64. Integers are slightly biased unless the range is a power
// of 2.
Tensor uniform(const Operand& shape, const Operand& minval, const Operand& maxval, const Options& options = {});
// In [0, 1); floating dtypes only.
Tensor uniform(const Operand& shape, const Options& options = {});
// The rows of `value` (its slices along the first axis) in a random order.
Tensor shuffle(const Operand& value, std::optional<int64_t> seed = std::nullopt);

// Functions of their arguments alone: the same seed, two integers ({1, 2} or a tensor of shape (2)), always gives the
// same numbers, whatever set_seed was called with.
Tensor stateless_normal(const Operand& shape, const Operand& seed, const Operand& mean = 0, const Operand& stddev = 1,
                        DType dtype = DType::kFloat32);
Tensor stateless_truncated_normal(const Operand& shape, const Operand& seed, const Operand& mean = 0,
                                  const Operand& stddev = 1, DType dtype = DType::kFloat32);
Tensor stateless_uniform(const Operand& shape, const Operand& seed, const Operand& minval, const Operand& maxval,
                         DType dtype = DType::kFloat32);
// In [0, 1); floating dtypes only.
Tensor stateless_uniform(const Operand& shape, const Operand& seed, DType dtype = DType::kFloat32);
// All values of int32, int64, uint32 or uint64.
Tensor stateless_uniform_full_int(const Operand& shape, const Operand& seed, DType dtype = DType::kUint64);

// `num` new seeds as rows, and a seed with a number mixed into it, for stateless calls that must not be alike.
Tensor split(const Operand& seed, int64_t num = 2);
Tensor fold_in(const Operand& seed, const Operand& data);

}  // namespace eager::random
