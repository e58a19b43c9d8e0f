// Local response normalization on a GPU: a thread a channel of a position.
#include "common/status_macros.h"
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/launch.h"
#include "server/kernels/cuda/strided_view.h"
#include "server/kernels/cuda/units.cuh"
#include "server/kernels/lrn_fns.h"

namespace eager::server::cuda {
namespace {

// The channels of a position.
template <class T>
struct Channels {
  const T* values;
  __device__ float operator()(int64_t i) const { return static_cast<float>(Load(values[i])); }
};

// The channel of element i, and where its position begins.
template <class Index>
struct SplitChannel {
  using Div = std::conditional_t<sizeof(Index) == 4, Divider, PlainDivider>;
  Div depth;
  explicit SplitChannel(int64_t channels) : depth(static_cast<Index>(channels)) {}
  __device__ int64_t Start(Index i) const {
    return static_cast<int64_t>(depth.Divide(i)) * static_cast<int64_t>(depth.divisor);
  }
};

template <class T, class Index>
struct Normalize {
  const T* in;
  T* out;
  LrnWindow window;
  SplitChannel<Index> split;

  __device__ void operator()(Index i) const {
    const int64_t start = split.Start(i);
    Store<T>(window.Scaled(Load(in[i]), window.Norm(Channels<T>{in + start}, i - start)), out[i]);
  }
};

// What the gradient of each channel gives to those around it.
template <class T, class Index>
struct ShareGradient {
  const T *dy, *in, *out;
  float* shared;
  LrnWindow window;
  SplitChannel<Index> split;

  __device__ void operator()(Index i) const {
    const int64_t start = split.Start(i);
    shared[i] = window.Shared(Load(dy[i]), Load(out[i]), window.Norm(Channels<T>{in + start}, i - start));
  }
};

template <class T, class Index>
struct GatherGradient {
  const T *dy, *in;
  const float* shared;
  T* dx;
  LrnWindow window;
  SplitChannel<Index> split;

  __device__ void operator()(Index i) const {
    const int64_t start = split.Start(i), c = i - start;
    const float own = window.Scaled(Load(dy[i]), window.Norm(Channels<T>{in + start}, c));
    Store<T>(own + Load(in[i]) * window.Sum(Channels<float>{shared + start}, c), dx[i]);
  }
};

template <class T>
absl::Status LrnKernel(KernelContext& k) {
  const LrnWindow window(k);
  const int64_t n = k.output(0).num_elements();
  if (n == 0) return absl::OkStatus();
  VisitIndex(FitsIn32Bits(n), [&]<class Index>() {
    const Normalize<T, Index> normalize{k.input(0).data<T>(), k.output(0).mutable_data<T>(), window,
                                        SplitChannel<Index>(window.depth)};
    ForEachKernel<<<Blocks(n), kBlockThreads, 0, Stream(k)>>>(static_cast<Index>(n), normalize);
  });
  return Launched(k);
}

template <class T>
absl::Status LrnGradKernel(KernelContext& k) {
  const LrnWindow window(k);
  const int64_t n = k.output(0).num_elements();
  if (n == 0) return absl::OkStatus();
  ASSIGN_OR_RETURN(const BufferRef buffer, Scratch(k, n * static_cast<int64_t>(sizeof(float))));
  float* const shared = static_cast<float*>(buffer->data());
  const T *dy = k.input(0).data<T>(), *in = k.input(1).data<T>(), *out = k.input(2).data<T>();
  VisitIndex(FitsIn32Bits(n), [&]<class Index>() {
    const SplitChannel<Index> split(window.depth);
    const ShareGradient<T, Index> share{dy, in, out, shared, window, split};
    const GatherGradient<T, Index> gather{dy, in, shared, k.output(0).mutable_data<T>(), window, split};
    ForEachKernel<<<Blocks(n), kBlockThreads, 0, Stream(k)>>>(static_cast<Index>(n), share);
    ForEachKernel<<<Blocks(n), kBlockThreads, 0, Stream(k)>>>(static_cast<Index>(n), gather);
  });
  return Launched(k);
}

}  // namespace

// As on the CPU, none for bfloat16.
std::vector<KernelRow> LrnKernels() {
  return {{"LRN", {DType::kFloat32}, &LrnKernel<float>},
          {"LRN", {DType::kFloat16}, &LrnKernel<Float16>},
          {"LRNGrad", {DType::kFloat32}, &LrnGradKernel<float>},
          {"LRNGrad", {DType::kFloat16}, &LrnGradKernel<Float16>}};
}

}  // namespace eager::server::cuda
