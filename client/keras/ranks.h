// Labels, predictions and weights as tensors whose dtypes and ranks go together. Not installed: losses and metrics alone
// use it.
#pragma once

#include "client/tensor.h"

namespace eager::keras::internal {

// The tensor of an operand, read or sent if it is none.
Tensor AsTensor(const Operand& o);
// The same in `dtype`.
Tensor AsTensor(const Operand& o, DType dtype);
// A prediction: its own dtype if that is a float, else float32.
Tensor AsFloats(const Operand& o);

// Where the ranks differ by one, takes away the higher one's last axis if that is 1, or gives one to the lower: which
// one, is Keras's rule (keras/src/losses/loss.py, squeeze_or_expand_to_same_rank).
void MatchRanks(Tensor& a, Tensor& b, std::source_location where);

// Over one axis, and over all of them.
Tensor MeanOver(const Tensor& x, int64_t axis, std::source_location where);
Tensor SumOver(const Tensor& x, int64_t axis, std::source_location where);
Tensor MeanOfAll(const Tensor& x, std::source_location where);
Tensor SumOfAll(const Tensor& x, std::source_location where);

}  // namespace eager::keras::internal
