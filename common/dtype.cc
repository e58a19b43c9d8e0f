#include "common/dtype.h"

#include <Eigen/Core>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace eager {
namespace {

struct Row {
  DType dtype;
  absl::string_view name;
  absl::string_view op_def_name;
  size_t size;
};

constexpr Row kRows[] = {
    {DType::kFloat32, "float32", "float", 4},
    {DType::kFloat64, "float64", "double", 8},
    {DType::kInt32, "int32", "int32", 4},
    {DType::kUint8, "uint8", "uint8", 1},
    {DType::kInt16, "int16", "int16", 2},
    {DType::kInt8, "int8", "int8", 1},
    {DType::kString, "string", "string", 0},
    {DType::kComplex64, "complex64", "complex64", 8},
    {DType::kInt64, "int64", "int64", 8},
    {DType::kBool, "bool", "bool", 1},
    {DType::kBFloat16, "bfloat16", "bfloat16", 2},
    {DType::kUint16, "uint16", "uint16", 2},
    {DType::kComplex128, "complex128", "complex128", 16},
    {DType::kFloat16, "float16", "half", 2},
    {DType::kResource, "resource", "resource", 0},
    {DType::kVariant, "variant", "variant", 0},
    {DType::kUint32, "uint32", "uint32", 4},
    {DType::kUint64, "uint64", "uint64", 8},
};

const Row* Find(DType dtype) {
  for (const Row& row : kRows) {
    if (row.dtype == dtype) return &row;
  }
  return nullptr;
}

}  // namespace

Float16::Float16(float value) : bits(Eigen::numext::bit_cast<uint16_t>(Eigen::half(value))) {}
Float16::operator float() const { return static_cast<float>(Eigen::numext::bit_cast<Eigen::half>(bits)); }
BFloat16::BFloat16(float value) : bits(Eigen::numext::bit_cast<uint16_t>(Eigen::bfloat16(value))) {}
BFloat16::operator float() const { return static_cast<float>(Eigen::numext::bit_cast<Eigen::bfloat16>(bits)); }

size_t SizeOf(DType dtype) {
  switch (dtype) {  // asked for on every op, so no table look-up
    case DType::kFloat32:
    case DType::kInt32:
    case DType::kUint32:
      return 4;
    case DType::kBool:
    case DType::kInt8:
    case DType::kUint8:
      return 1;
    case DType::kInt64:
    case DType::kFloat64:
    case DType::kUint64:
    case DType::kComplex64:
      return 8;
    case DType::kFloat16:
    case DType::kBFloat16:
    case DType::kInt16:
    case DType::kUint16:
      return 2;
    case DType::kComplex128:
      return 16;
    default:
      return 0;
  }
}

absl::string_view Name(DType dtype) {
  const Row* row = Find(dtype);
  return row == nullptr ? "invalid" : row->name;
}

absl::string_view OpDefName(DType dtype) {
  const Row* row = Find(dtype);
  return row == nullptr ? "invalid" : row->op_def_name;
}

absl::StatusOr<DType> ParseDType(absl::string_view name) {
  for (const Row& row : kRows) {
    if (name == row.name || name == row.op_def_name) return row.dtype;
  }
  return absl::InvalidArgumentError(absl::StrCat("'", name, "' is not the name of a dtype"));
}

bool IsValid(DType dtype) { return Find(dtype) != nullptr; }

std::string DTypeSet::ToString() const {
  std::string text;
  for (const Row& row : kRows) {
    if (contains(row.dtype)) absl::StrAppend(&text, text.empty() ? "" : ", ", row.op_def_name);
  }
  return text;
}

}  // namespace eager
