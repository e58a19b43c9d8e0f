#include "tests/ops/element_kinds.h"

#include <string>

#include "common/visit_dtype.h"

namespace eager::testing {
namespace {

std::string Text(int64_t number) {
  return number == 0 ? "" : std::string(static_cast<size_t>(number % 7), '-') + std::to_string(number);
}

template <class Part>
HostTensor EncodeComplex(const HostTensor& int64s, DType dtype) {
  HostTensor encoded(TensorSpec{dtype, int64s.shape()});
  Part* parts = static_cast<Part*>(encoded.data());
  for (int64_t number : int64s.values<int64_t>()) {
    *parts++ = static_cast<Part>(number);
    *parts++ = static_cast<Part>(2 * number);
  }
  return encoded;
}

template <class T>
HostTensor EncodeNumbers(const HostTensor& int64s, DType dtype) {
  HostTensor encoded(TensorSpec{dtype, int64s.shape()});
  T* elements = static_cast<T*>(encoded.data());
  for (int64_t number : int64s.values<int64_t>()) {
    if constexpr (std::is_same_v<T, bool>) {
      *elements++ = number % 2 != 0;
    } else if constexpr (std::is_arithmetic_v<T>) {
      *elements++ = static_cast<T>(number);
    } else {
      *elements++ = T(static_cast<float>(number));
    }
  }
  return encoded;
}

}  // namespace

const std::vector<DType>& MovableDTypes() {
  static const auto* dtypes = new std::vector<DType>{
      DType::kBool,   DType::kInt8,    DType::kUint8,     DType::kInt16,     DType::kUint16,   DType::kInt32,
      DType::kUint32, DType::kInt64,   DType::kUint64,    DType::kFloat16,   DType::kBFloat16, DType::kFloat32,
      DType::kString, DType::kFloat64, DType::kComplex64, DType::kComplex128};
  return *dtypes;
}

HostTensor Encode(const HostTensor& int64s, DType dtype) {
  if (dtype == DType::kString) {
    std::vector<std::string> texts;
    for (int64_t number : int64s.values<int64_t>()) texts.push_back(Text(number));
    return HostTensor::Strings(int64s.shape(), texts);
  }
  if (dtype == DType::kComplex64) return EncodeComplex<float>(int64s, dtype);
  if (dtype == DType::kComplex128) return EncodeComplex<double>(int64s, dtype);
  return VisitDType(
      dtype, [&]<class T>() { return EncodeNumbers<T>(int64s, dtype); }, [] { return HostTensor(); });
}

bool Same(const HostTensor& a, const HostTensor& b) { return a.spec() == b.spec() && a.bytes() == b.bytes(); }

}  // namespace eager::testing
