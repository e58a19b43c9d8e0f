// EuclideanNorm and L2Loss on a GPU.
#include "server/kernels/cuda/reduce.cuh"
#include "server/kernels/cuda/reduce.h"

namespace eager::server::cuda {
namespace {

absl::Status EuclideanNorm(KernelContext& k) {
  const bool is_signed = IsSignedInteger(k.input(0).dtype());
  return ReduceAxes(k, [&]<class T>() {
    NormFn<Compute<T>> norm;
    norm.is_signed = is_signed;
    return norm;
  });
}

template <class T>
absl::Status L2Loss(KernelContext& k) {
  ReduceDims dims;
  dims.Push(k.input(0).num_elements(), true);
  return Reduce<T>(k, dims, HalfSquaresFn<Compute<T>>(), k.input(0).raw(),
                   ElementSink<T>{k.output(0).mutable_data<T>()});
}

}  // namespace

void AddNormRows(std::vector<KernelRow>& rows) {
  rows.push_back({"EuclideanNorm", kNumbers, &EuclideanNorm});
  rows.push_back({"L2Loss", {DType::kFloat32}, &L2Loss<float>});
  rows.push_back({"L2Loss", {DType::kFloat64}, &L2Loss<double>});
  rows.push_back({"L2Loss", {DType::kFloat16}, &L2Loss<Float16>});
  rows.push_back({"L2Loss", {DType::kBFloat16}, &L2Loss<BFloat16>});
}

}  // namespace eager::server::cuda
