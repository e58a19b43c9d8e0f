// MaxPoolGrad and MaxPoolGradGrad on a GPU. Gradients are gathered: every element of the result looks for what flows to
// it, so that nothing is written twice and sums are added up in the same order in every run.
#include "server/kernels/cuda/pool.cuh"

namespace eager::server::cuda {
namespace {

// What gradients are added up in: integers wrap around.
template <class T, bool = std::is_integral_v<T>>
struct SumOf {
  using type = Compute<T>;
};
template <class T>
struct SumOf<T, true> {
  using type = Wrapping<T>;
};

template <class T, int n, class Index>
struct MaxPoolGradFn {
  PoolElements<Index> elements;
  const T *in, *gradient;
  T* out;
  __device__ void operator()(Index i) const {
    typename SumOf<T>::type sums[n];
    elements.template MaxGrad<n, Compute<T>>(in, gradient, i, PoolValue(), sums);
    StoreLanes<T, n>(sums, out, i);
  }
};

template <class T, int n, class Index>
struct MaxPoolGradGradFn {
  static_assert(n == 1);
  PoolElements<Index> elements;
  const T *in, *most, *gradient;
  T* out;
  __device__ void operator()(Index i) const {
    const Index from = elements.ArgMax(in, most, i, PoolValue());
    out[i] = from < 0 ? T() : gradient[from];
  }
};

template <class T>
absl::Status MaxPoolGradKernel(KernelContext& k) {
  ASSIGN_OR_RETURN(const PoolDims d, PoolDimsOf(k, k.input(0).shape()));
  const int64_t count = k.output(0).num_elements();
  if (count == 0) return absl::OkStatus();
  return ForPool<MaxPoolGradFn, T, !std::is_integral_v<T>>(k, d, count, k.input(0).data<T>(), k.input(2).data<T>(),
                                                           k.output(0).mutable_data<T>());
}

// Elements are only compared for being equal, in which integers of one size do not differ.
template <class T>
absl::Status MaxPoolGradGradKernel(KernelContext& k) {
  ASSIGN_OR_RETURN(const PoolDims d, PoolDimsOf(k, k.input(0).shape()));
  const int64_t count = k.output(0).num_elements();
  if (count == 0) return absl::OkStatus();
  return ForPool<MaxPoolGradGradFn, T, false>(k, d, count, k.input(0).data<T>(), k.input(1).data<T>(),
                                              k.input(2).data<T>(), k.output(0).mutable_data<T>());
}

template <class... Ts>
void AddGrad(std::vector<KernelRow>& rows) {
  (rows.push_back({"MaxPoolGrad", {DTypeOf<Ts>}, &MaxPoolGradKernel<Ts>}), ...);
}
template <class... Ts>
void AddGradGrad(std::vector<KernelRow>& rows) {
  (rows.push_back({"MaxPoolGradGrad", {DTypeOf<Ts>}, &MaxPoolGradGradKernel<Ts>}), ...);
}

}  // namespace

std::vector<KernelRow> MaxPoolGradientRows() {
  std::vector<KernelRow> rows;
  AddGrad<float, double, Float16, BFloat16>(rows);
  AddGrad<int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t>(rows);
  AddGradGrad<float, double, Float16, BFloat16>(rows);
  rows.push_back({"MaxPoolGradGrad", {DType::kInt8, DType::kUint8}, &MaxPoolGradGradKernel<uint8_t>});
  rows.push_back({"MaxPoolGradGrad", {DType::kInt16, DType::kUint16}, &MaxPoolGradGradKernel<uint16_t>});
  rows.push_back({"MaxPoolGradGrad", {DType::kInt32, DType::kUint32}, &MaxPoolGradGradKernel<uint32_t>});
  rows.push_back({"MaxPoolGradGrad", {DType::kInt64, DType::kUint64}, &MaxPoolGradGradKernel<uint64_t>});
  return rows;
}

}  // namespace eager::server::cuda
