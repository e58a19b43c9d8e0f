#include "server/kernels/cpu/add_rows.h"

#include <complex>

#include "server/kernels/cpu/number.h"

namespace eager::server {
namespace {

template <class T>
void Add(void* dst, const void* src, int64_t n) {
  T* to = static_cast<T*>(dst);
  const T* from = static_cast<const T*>(src);
  for (int64_t i = 0; i < n; ++i) {
    if constexpr (std::is_same_v<T, bool>) {
      to[i] = to[i] || from[i];
    } else if constexpr (std::is_arithmetic_v<T> || kIsHalf<T>) {
      to[i] = Narrow<T>(Widen<Wide<T>>(to[i]) + Widen<Wide<T>>(from[i]));
    } else {
      to[i] += from[i];
    }
  }
}

template <class Sum, class T>
struct WideOf {
  static void Load(void* sums, const void* elements, int64_t n) {
    for (int64_t i = 0; i < n; ++i) static_cast<Sum*>(sums)[i] = Widen<Sum>(static_cast<const T*>(elements)[i]);
  }
  static void Add(void* sums, const void* elements, int64_t n) {
    Sum* to = static_cast<Sum*>(sums);
    const T* from = static_cast<const T*>(elements);
    for (int64_t i = 0; i < n; ++i) to[i] += Widen<Sum>(from[i]);
  }
  static void Store(const void* sums, void* elements, int64_t n) {
    for (int64_t i = 0; i < n; ++i) static_cast<T*>(elements)[i] = Narrow<T>(static_cast<const Sum*>(sums)[i]);
  }
  static constexpr WideSums kSums = {sizeof(Sum), &Load, &Add, &Store};
};

}  // namespace

const WideSums* WideSumsOf(DType dtype, bool many) {
  switch (dtype) {
    case DType::kFloat16:
      return &WideOf<float, Float16>::kSums;
    case DType::kBFloat16:
      return &WideOf<float, BFloat16>::kSums;
    case DType::kFloat32:
      return many ? &WideOf<double, float>::kSums : nullptr;
    default:
      return nullptr;
  }
}

AddRowFn AddRow(DType dtype) {
  switch (dtype) {
    case DType::kFloat32:
      return &Add<float>;
    case DType::kFloat64:
      return &Add<double>;
    case DType::kFloat16:
      return &Add<Float16>;
    case DType::kBFloat16:
      return &Add<BFloat16>;
    case DType::kInt8:
    case DType::kUint8:  // addition modulo 2^n is the same for both signs
      return &Add<uint8_t>;
    case DType::kInt16:
    case DType::kUint16:
      return &Add<uint16_t>;
    case DType::kInt32:
    case DType::kUint32:
      return &Add<uint32_t>;
    case DType::kInt64:
    case DType::kUint64:
      return &Add<uint64_t>;
    case DType::kBool:
      return &Add<bool>;
    case DType::kComplex64:
      return &Add<std::complex<float>>;
    case DType::kComplex128:
      return &Add<std::complex<double>>;
    default:
      return nullptr;
  }
}

}  // namespace eager::server
