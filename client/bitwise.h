// Bits of integers: tf.bitwise in C++, and the operators for it. x and y are of one integer dtype and broadcast. None
// waits; each throws Error at the caller's line for what inference refuses.
#pragma once

#include "client/tensor.h"

namespace eager {

namespace bitwise {

Tensor bitwise_and(const Operand& x, const Operand& y);
Tensor bitwise_or(const Operand& x, const Operand& y);
Tensor bitwise_xor(const Operand& x, const Operand& y);
Tensor invert(const Operand& x);
// y is taken to the closest number from 0 to the bits of x less 1; right_shift keeps the sign.
Tensor left_shift(const Operand& x, const Operand& y);
Tensor right_shift(const Operand& x, const Operand& y);

}  // namespace bitwise

// Of integers bit by bit, of bool the logical ones; & and | are in tensor.h.
Tensor operator^(const Operand& x, const Operand& y);
Tensor operator~(const Operand& x);

}  // namespace eager
