// Elements as a GPU computes with them: half precision in float, bool as uint8_t, the rest as they are.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <type_traits>

#include "common/dtype.h"

namespace eager::server::cuda {

template <class T>
inline constexpr bool kIsHalf = std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>;
template <class T>
struct ComputeTypeOf {
  using type = T;
};
template <>
struct ComputeTypeOf<Float16> {
  using type = float;
};
template <>
struct ComputeTypeOf<BFloat16> {
  using type = float;
};
template <>
struct ComputeTypeOf<bool> {
  using type = uint8_t;
};
template <class T>
using Compute = typename ComputeTypeOf<T>::type;

// An element's value in Compute<T>, and back: rounded to nearest even.
template <class T>
__device__ __forceinline__ Compute<T> Load(const T& x) {
  if constexpr (std::is_same_v<T, Float16>) {
    return __half2float(__ushort_as_half(x.bits));
  } else if constexpr (std::is_same_v<T, BFloat16>) {
    return __bfloat162float(__ushort_as_bfloat16(x.bits));
  } else {
    return x;
  }
}
template <class T>
__device__ __forceinline__ void Store(Compute<T> x, T& to) {
  if constexpr (std::is_same_v<T, Float16>) {
    to.bits = __half_as_ushort(__float2half_rn(x));
  } else if constexpr (std::is_same_v<T, BFloat16>) {
    to.bits = __bfloat16_as_ushort(__float2bfloat16_rn(x));
  } else {
    to = x;
  }
}

// n elements side by side, moved in one instruction where they are aligned to their size.
template <class T, int n>
struct alignas(sizeof(T) * n) Pack {
  T at[n];
};
// How many elements make 16 bytes.
template <class T>
inline constexpr int kPack = 16 / sizeof(T);

// Calls f(i) for i = 0 … n-1, each by some thread of the grid. Index as in FitsIn32Bits.
template <class Index, class F>
__global__ void ForEachKernel(Index n, F f) {
  const Index step = static_cast<Index>(gridDim.x) * blockDim.x;
  for (Index i = static_cast<Index>(blockIdx.x) * blockDim.x + threadIdx.x; i < n; i += step) f(i);
}

}  // namespace eager::server::cuda
