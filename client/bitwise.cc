#include "client/bitwise.h"

#include "client/core/compose.h"
#include "client/math.h"

namespace eager {
namespace bitwise {

using internal::Run;

Tensor bitwise_and(const Operand& x, const Operand& y) { return Run("BitwiseAnd", {x, y}); }
Tensor bitwise_or(const Operand& x, const Operand& y) { return Run("BitwiseOr", {x, y}); }
Tensor bitwise_xor(const Operand& x, const Operand& y) { return Run("BitwiseXor", {x, y}); }
Tensor invert(const Operand& x) { return Run("Invert", {x}); }
Tensor left_shift(const Operand& x, const Operand& y) { return Run("LeftShift", {x, y}); }
Tensor right_shift(const Operand& x, const Operand& y) { return Run("RightShift", {x, y}); }

}  // namespace bitwise

namespace {

bool IsBool(const Operand& x) {
  if (x.variable() != nullptr) return x.variable()->dtype() == DType::kBool;
  if (x.tensor() != nullptr) return x.tensor()->valid() && x.tensor()->dtype() == DType::kBool;
  return x.kind() == Operand::Kind::kBool || (x.kind() == Operand::Kind::kArray && x.array().dtype() == DType::kBool);
}

}  // namespace

Tensor operator^(const Operand& x, const Operand& y) {
  return IsBool(x) || IsBool(y) ? logical_xor(x, y) : bitwise::bitwise_xor(x, y);
}
Tensor operator~(const Operand& x) { return IsBool(x) ? logical_not(x) : bitwise::invert(x); }

}  // namespace eager
