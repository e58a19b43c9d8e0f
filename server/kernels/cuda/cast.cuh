// Finds the kernel that casts from one type.
#pragma once

#include "server/kernels/cuda/cast.h"
#include "server/kernels/cuda/cast_fn.h"
#include "server/kernels/cuda/elementwise.cuh"

namespace eager::server::cuda {

// Whether both have the same bits: integers do, whatever their sign.
template <class From, class To>
inline constexpr bool kSameBits = std::is_same_v<From, To> || (std::is_integral_v<From> && std::is_integral_v<To> &&
                                                               !std::is_same_v<To, bool> && sizeof(From) == sizeof(To));

template <class From, class To, bool kTruncate>
absl::Status CastElements(KernelContext& k) {
  return Elementwise<CastFn<To, kTruncate>, To, From>(k);
}

template <class From, class To>
KernelFn CastFromTo(bool truncate) {
  if constexpr (kSameBits<From, To>) {
    return nullptr;
  } else if constexpr (kCutsDigits<From, To>) {
    return truncate ? &CastElements<From, To, true> : &CastElements<From, To, false>;
  } else {
    return &CastElements<From, To, false>;
  }
}

template <class From>
KernelFn CastFrom(DType to, bool truncate) {
  constexpr bool kInteger = std::is_integral_v<From>;
  switch (to) {
    case DType::kFloat32:
      return CastFromTo<From, float>(truncate);
    case DType::kFloat64:
      return CastFromTo<From, double>(truncate);
    case DType::kFloat16:
      return CastFromTo<From, Float16>(truncate);
    case DType::kBFloat16:
      return CastFromTo<From, BFloat16>(truncate);
    case DType::kBool:
      return CastFromTo<From, bool>(truncate);
    case DType::kInt8:
    case DType::kUint8:
      return CastFromTo<From, uint8_t>(truncate);
    case DType::kInt16:
    case DType::kUint16:
      return CastFromTo<From, uint16_t>(truncate);
    case DType::kInt32:
      return CastFromTo<From, std::conditional_t<kInteger, uint32_t, int32_t>>(truncate);
    case DType::kUint32:
      return CastFromTo<From, uint32_t>(truncate);
    case DType::kInt64:
      return CastFromTo<From, std::conditional_t<kInteger, uint64_t, int64_t>>(truncate);
    case DType::kUint64:
      return CastFromTo<From, uint64_t>(truncate);
    case DType::kComplex64:
      return CastFromTo<From, Complex64>(truncate);
    case DType::kComplex128:
      return CastFromTo<From, Complex128>(truncate);
    default:
      return nullptr;
  }
}

}  // namespace eager::server::cuda
