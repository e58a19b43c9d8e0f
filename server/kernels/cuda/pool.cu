// Kernels of common/ops/pool_ops.cc on a GPU: maxima. Means and gradients are in pool_avg.cu and pool_max_grad.cu.
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/pool.cuh"

namespace eager::server::cuda {
namespace {

template <class T, int n, class Index>
struct MaxPoolFn {
  PoolElements<Index> elements;
  const T* in;
  T* out;
  __device__ void operator()(Index i) const {
    Compute<T> most[n];
    elements.template Max<n>(in, i, PoolValue(), most);
    StoreLanes<T, n>(most, out, i);
  }
};

// Output element i is the maximum of `depth` channels, which lie `inner` elements apart.
template <class T>
struct MaxOverChannelsFn {
  const T* in;
  int64_t depth, inner;
  T* out;
  __device__ void operator()(int64_t i) const {
    const int64_t outer = i / inner;
    const T* x = in + outer * depth * inner + (i - outer * inner);
    Compute<T> most = Lowest<T>::value;
    for (int64_t j = 0; j < depth; ++j) {
      const Compute<T> value = Load(x[j * inner]);
      most = value > most ? value : most;
    }
    Store<T>(most, out[i]);
  }
};

template <class T>
absl::Status MaxPoolKernel(KernelContext& k) {
  ASSIGN_OR_RETURN(const PoolDims d, PoolDimsOf(k, k.input(0).shape()));
  const int64_t count = k.output(0).num_elements();
  if (count == 0) return absl::OkStatus();
  const T* in = k.input(0).data<T>();
  T* out = k.output(0).mutable_data<T>();
  if (d.depth == 1) return ForPool<MaxPoolFn, T, !std::is_integral_v<T>>(k, d, count, in, out);
  for (const WindowAxis* a : {&d.rows, &d.columns}) {
    if (a->stride != 1) return absl::UnimplementedError("Depthwise max pooling does not skip rows or columns");
  }
  const int64_t inner = k.attr<std::string>("data_format") == "NCHW" ? d.rows.out * d.columns.out : 1;
  ForEachKernel<<<Blocks(count), kBlockThreads, 0, Stream(k)>>>(count, MaxOverChannelsFn<T>{in, d.depth, inner, out});
  return Launched(k);
}

template <class... Ts>
void AddMaxPool(std::vector<KernelRow>& rows) {
  (rows.push_back({"MaxPool", {DTypeOf<Ts>}, &MaxPoolKernel<Ts>}), ...);
}

}  // namespace

std::vector<KernelRow> PoolKernels() {
  std::vector<KernelRow> rows = AvgPoolRows();
  for (KernelRow& row : MaxPoolGradientRows()) rows.push_back(row);
  AddMaxPool<float, double, Float16, BFloat16, int32_t, int64_t, uint8_t, int16_t, int8_t, uint16_t>(rows);
  return rows;
}

}  // namespace eager::server::cuda
