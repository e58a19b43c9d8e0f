// How a pooling kernel is launched: one thread for each element of the result, or for as many channels as make 16
// bytes.
#pragma once

#include "common/status_macros.h"
#include "server/kernels/cuda/launch.h"
#include "server/kernels/cuda/number.cuh"
#include "server/kernels/cuda/pool_fns.h"

namespace eager::server::cuda {

// Rows of the other files of the family.
std::vector<KernelRow> AvgPoolRows();
std::vector<KernelRow> MaxPoolGradientRows();

// What an element is compared or averaged in.
struct PoolValue {
  template <class T>
  __device__ Compute<T> operator()(const T& x) const {
    return Load(x);
  }
};

// Of images of one layout: (batch, rows, columns, channels), the channels being images of their own where they lie
// outermost.
inline absl::StatusOr<PoolDims> PoolDimsOf(const KernelContext& k, const Shape& image) {
  ASSIGN_OR_RETURN(const PoolDims d, PoolDims::Make(k.attrs(), image));
  return k.attr<std::string>("data_format") == "NCHW" && d.depth == 1 ? ChannelsAsImages(d) : d;
}

// Calls Fn<T, n, Index>{elements, pointers…}(i) for all i of `count` elements, n at a time; n is 1 unless
// kManyChannels.
template <template <class, int, class> class Fn, class T, bool kManyChannels, class... Pointers>
absl::Status ForPool(const KernelContext& k, const PoolDims& d, int64_t count, Pointers... pointers) {
  const auto launch = [&]<int n, class Index>(std::integral_constant<int, n>, Index) {
    const Fn<T, n, Index> fn{PoolElements<Index>(d), pointers...};
    const int64_t threads = count / n;
    ForEachKernel<<<Blocks(threads), kBlockThreads, 0, Stream(k)>>>(static_cast<Index>(threads), fn);
    return Launched(k);
  };
  if (!FitsIn32Bits(d)) return launch(std::integral_constant<int, 1>(), int64_t());
  if constexpr (kManyChannels) {
    if (d.channels % kPack<T> == 0 && AlignedForLanes(pointers...)) {
      return launch(std::integral_constant<int, kPack<T>>(), int32_t());
    }
  }
  return launch(std::integral_constant<int, 1>(), int32_t());
}

template <class T, int n, class V>
__device__ void StoreLanes(const V* values, T* to, int64_t at) {
  Lanes<T, n> lanes;
#pragma unroll
  for (int j = 0; j < n; ++j) Store<T>(static_cast<Compute<T>>(values[j]), lanes.at[j]);
  reinterpret_cast<Lanes<T, n>*>(to)[at] = lanes;
}

}  // namespace eager::server::cuda
