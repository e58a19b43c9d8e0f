// What random functions do with the numbers that the server made: moves them to where the caller wants them.
#pragma once

#include "client/tensor.h"

namespace eager::internal {

// x * stddev + mean.
Tensor ShiftNormal(const Tensor& x, const Operand& mean, const Operand& stddev, std::source_location where);
// x * (maxval - minval) + minval, each step rounded to x's dtype as TensorFlow's are.
Tensor ShiftUniform(const Tensor& x, const Operand& minval, const Operand& maxval, std::source_location where);

// INVALID_ARGUMENT, naming `function`, unless `dtype` is floating or, where that is allowed, in `integers`.
void CheckRandomDType(const char* function, DType dtype, std::initializer_list<DType> integers,
                      std::source_location where);

}  // namespace eager::internal
