// What the kernels that move elements share: types that stand for elements of one size.
#pragma once

#include "server/kernels/cuda/launch.h"
#include "server/kernels/cuda/move.h"
#include "server/kernels/cuda/number.cuh"
#include "server/kernels/cuda/repeat.h"

namespace eager::server::cuda {

// Calls f(E()) for the type E of `size` bytes; 16 are uint4.
template <class F>
void WithElement(int64_t size, F f) {
  switch (size) {
    case 1:
      return f(uint8_t());
    case 2:
      return f(uint16_t());
    case 4:
      return f(uint32_t());
    case 8:
      return f(uint64_t());
    default:
      return f(uint4());
  }
}

// Calls f(Index()) for the type of indices.
template <class F>
void WithIndex(bool small, F f) {
  if (small) {
    f(uint32_t());
  } else {
    f(int64_t());
  }
}

// The element at `filling` of `size` bytes as often as it goes into E; zeros if there is none.
template <class E>
__device__ __forceinline__ E FillingOf(const void* filling, int size) {
  const Sixteen all = filling == nullptr ? Sixteen() : Repeat(filling, size);
  if constexpr (sizeof(E) == 16) {
    return make_uint4(all.words[0], all.words[1], all.words[2], all.words[3]);
  } else {
    return First<E>(all);
  }
}

// Walks the dense tensor `to`, each thread 16 bytes at a time as far as `vectors` goes, then one element.
template <class E, class Index, bool kRules>
__global__ void GatherKernel(MoveView<Index, kRules> view, const E* from, E* to, const void* filling, int filling_size,
                             Index n, Index vectors) {
  constexpr int kVec = kPack<E>;
  E fill{};
  if constexpr (kRules) fill = FillingOf<E>(filling, filling_size);
  const Index step = static_cast<Index>(gridDim.x) * blockDim.x;
  const Index first = static_cast<Index>(blockIdx.x) * blockDim.x + threadIdx.x;
  for (Index v = first; v < vectors; v += step) {
    Index offsets[kVec];
    bool inside[kVec];
    view.template Find<kVec>(v * kVec, offsets, inside);
    Pack<E, kVec> pack;
#pragma unroll
    for (int j = 0; j < kVec; ++j) pack.at[j] = !kRules || inside[j] ? from[offsets[j]] : fill;
    reinterpret_cast<Pack<E, kVec>*>(to)[v] = pack;
  }
  for (Index i = vectors * kVec + first; i < n; i += step) {
    Index offset[1];
    bool inside[1];
    view.template Find<1>(i, offset, inside);
    to[i] = !kRules || inside[0] ? from[offset[0]] : fill;
  }
}

template <bool kRules>
void LaunchGatherKernel(KernelContext& k, const MovePlan& plan, int64_t size, const void* from, void* to,
                        const void* filling, int64_t filling_size) {
  const auto launch = [&]<class E, class Index>(E, Index) {
    const int64_t n = plan.num_elements;
    const int64_t vectors = reinterpret_cast<uintptr_t>(to) % 16 == 0 ? n / kPack<E> : 0;
    const unsigned blocks = vectors > 0 ? Blocks(vectors) : Blocks(n);
    GatherKernel<E, Index, kRules><<<blocks, kBlockThreads, 0, Stream(k)>>>(
        MoveView<Index, kRules>(plan), static_cast<const E*>(from), static_cast<E*>(to), filling,
        static_cast<int>(filling_size), static_cast<Index>(n), static_cast<Index>(vectors));
  };
  WithElement(size, [&](auto e) { WithIndex(plan.Small(), [&](auto index) { launch(e, index); }); });
}

}  // namespace eager::server::cuda
