// AvgPool and its gradient on a GPU.
#include "server/kernels/cuda/pool.cuh"

namespace eager::server::cuda {
namespace {

template <class T, int n, class Index>
struct AvgPoolFn {
  PoolElements<Index> elements;
  const T* in;
  T* out;
  __device__ void operator()(Index i) const {
    Compute<T> means[n];
    elements.template Mean<n>(in, i, PoolValue(), means);
    StoreLanes<T, n>(means, out, i);
  }
};

template <class T, int n, class Index>
struct AvgPoolGradFn {
  PoolElements<Index> elements;
  const T* gradient;
  T* out;
  __device__ void operator()(Index i) const {
    Compute<T> sums[n];
    elements.template MeanGrad<n>(gradient, i, PoolValue(), sums);
    StoreLanes<T, n>(sums, out, i);
  }
};

template <class T>
absl::Status AvgPoolKernel(KernelContext& k) {
  ASSIGN_OR_RETURN(const PoolDims d, PoolDimsOf(k, k.input(0).shape()));
  const int64_t count = k.output(0).num_elements();
  if (count == 0) return absl::OkStatus();
  return ForPool<AvgPoolFn, T, true>(k, d, count, k.input(0).data<T>(), k.output(0).mutable_data<T>());
}

template <class T>
absl::Status AvgPoolGradKernel(KernelContext& k) {
  ASSIGN_OR_RETURN(const PoolDims d, PoolDimsOf(k, k.output(0).shape()));
  const int64_t count = k.output(0).num_elements();
  if (count == 0) return absl::OkStatus();
  return ForPool<AvgPoolGradFn, T, true>(k, d, count, k.input(1).data<T>(), k.output(0).mutable_data<T>());
}

template <class... Ts>
void AddAvgPool(std::vector<KernelRow>& rows) {
  (rows.push_back({"AvgPool", {DTypeOf<Ts>}, &AvgPoolKernel<Ts>}), ...);
  (rows.push_back({"AvgPoolGrad", {DTypeOf<Ts>}, &AvgPoolGradKernel<Ts>}), ...);
}

}  // namespace

std::vector<KernelRow> AvgPoolRows() {
  std::vector<KernelRow> rows;
  AddAvgPool<float, double, Float16, BFloat16>(rows);
  return rows;
}

}  // namespace eager::server::cuda
