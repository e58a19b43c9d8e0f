#include "client/core/random_scale.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace eager::internal {
namespace {

bool IsNumber(const Operand& o) { return o.kind() == Operand::Kind::kInt || o.kind() == Operand::Kind::kFloat; }
bool Is(const Operand& o, double value) { return IsNumber(o) && o.float_value() == value; }

double Round(double x, DType dtype) {
  switch (dtype) {
    case DType::kFloat16:
      return static_cast<float>(Float16(static_cast<float>(x)));
    case DType::kBFloat16:
      return static_cast<float>(BFloat16(static_cast<float>(x)));
    case DType::kFloat32:
      return static_cast<float>(x);
    default:
      return x;
  }
}

// No multiplication by 1 and no addition of 0: neither would change a bit.
Tensor MultiplyAdd(const Tensor& x, const Operand& factor, const Operand& addend, std::source_location where) {
  Tensor y = x;
  if (!Is(factor, 1)) y = Operand(y, where) * factor;
  if (!Is(addend, 0)) y = Operand(y, where) + addend;
  return y;
}

}  // namespace

Tensor ShiftNormal(const Tensor& x, const Operand& mean, const Operand& stddev, std::source_location where) {
  return MultiplyAdd(x, stddev, mean, where);
}

Tensor ShiftUniform(const Tensor& x, const Operand& minval, const Operand& maxval, std::source_location where) {
  if (IsNumber(minval) && IsNumber(maxval)) {
    const DType dtype = x.dtype();
    const double range = Round(Round(maxval.float_value(), dtype) - Round(minval.float_value(), dtype), dtype);
    return MultiplyAdd(x, Operand(range, where), minval, where);
  }
  const Tensor range = maxval - minval;
  return MultiplyAdd(x, Operand(range, where), minval, where);
}

void CheckRandomDType(const char* function, DType dtype, std::initializer_list<DType> integers,
                      std::source_location where) {
  if (IsFloating(dtype) || std::find(integers.begin(), integers.end(), dtype) != integers.end()) return;
  std::string text = absl::StrCat(function, ": dtype must be float16, bfloat16, float32, float64");
  for (DType d : integers) absl::StrAppend(&text, ", ", Name(d));
  throw Error(absl::InvalidArgumentError(absl::StrCat(text, ", got ", Name(dtype))), where);
}

}  // namespace eager::internal
