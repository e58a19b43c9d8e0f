// BiasAdd and BiasAddGrad on a GPU; L2Loss is among the reductions (reduce_norm.cu).
#include "server/kernels/cuda/bias_plan.h"
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/launch.h"
#include "server/kernels/cuda/number.cuh"
#include "server/kernels/cuda/number_types.h"
#include "server/kernels/cuda/reduce.h"
#include "server/kernels/elementwise_fns.h"

namespace eager::server::cuda {
namespace {

// Each thread takes `vec` elements at a time: of one channel, or of as many if the channels are the last axis.
template <int vec, class T>
__global__ void BiasAddKernel(BiasPlan p, const T* in, const T* bias, T* out) {
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < p.count; i += step) {
    Pack<T, vec> x = reinterpret_cast<const Pack<T, vec>*>(in)[i];
    const int64_t channel = p.Channel(i);
    Pack<T, vec> b;
    if (p.channels_last) {
      b = reinterpret_cast<const Pack<T, vec>*>(bias)[channel];
    } else {
      const T one = bias[channel];
#pragma unroll
      for (int v = 0; v < vec; ++v) b.at[v] = one;
    }
#pragma unroll
    for (int v = 0; v < vec; ++v) Store<T>(AddFn()(Load(x.at[v]), Load(b.at[v])), x.at[v]);
    reinterpret_cast<Pack<T, vec>*>(out)[i] = x;
  }
}

template <class T>
absl::Status BiasAdd(KernelContext& k) {
  constexpr int kVec = kPack<T>;
  const T *in = k.input(0).data<T>(), *bias = k.input(1).data<T>();
  T* const out = k.output(0).mutable_data<T>();
  const auto aligned = [](const T* at) { return reinterpret_cast<uintptr_t>(at) % (sizeof(T) * kVec) == 0; };
  const int vec = aligned(in) && aligned(bias) && aligned(out) ? kVec : 1;
  const BiasPlan p(k.input(0).shape(), k.attr<std::string>("data_format"), vec);
  if (p.count == 0) return absl::OkStatus();
  if (p.vec == 1) {
    BiasAddKernel<1><<<Blocks(p.count), kBlockThreads, 0, Stream(k)>>>(p, in, bias, out);
  } else {
    BiasAddKernel<kVec><<<Blocks(p.count), kBlockThreads, 0, Stream(k)>>>(p, in, bias, out);
  }
  return Launched(k);
}

absl::Status BiasAddGrad(KernelContext& k) {
  return SumOver(k, ChannelDims(k.input(0).shape(), k.attr<std::string>("data_format")));
}

absl::Status BiasAddOf(KernelContext& k) {
  return WithNumber(k.input(0).dtype(), [&]<class T>() { return BiasAdd<T>(k); });
}

}  // namespace

std::vector<KernelRow> NnKernels() {
  std::vector<KernelRow> rows;
  rows.push_back({"BiasAdd", kNumbers, &BiasAddOf, /*in_place=*/true});
  rows.push_back({"BiasAddGrad", kNumbers, &BiasAddGrad});
  return rows;
}

}  // namespace eager::server::cuda
