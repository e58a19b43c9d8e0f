// The bias of dense and convolutional layers.
#pragma once

#include "client/ops.h"

namespace eager::keras::layers {

// y + bias along the last axis.
inline Tensor AddBias(const Operand& y, const Operand& bias) { return raw_ops::AddV2(y, bias); }

}  // namespace eager::keras::layers
