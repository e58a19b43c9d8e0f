// Sum on a GPU, and the rows of all reductions.
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/reduce.cuh"
#include "server/kernels/cuda/reduce.h"

namespace eager::server::cuda {
namespace {

template <class C>
absl::Status ComplexSum(const KernelContext& k, const ReduceDims& dims) {
  return Reduce<Complex<C>>(k, dims, ComplexSumFn<C>(), k.input(0).raw(),
                            ElementSink<Complex<C>>{k.output(0).mutable_data<Complex<C>>()});
}

absl::Status Sum(KernelContext& k) { return SumOver(k, ReduceDims::Of(k.input(0).shape(), k.ints(1))); }

}  // namespace

absl::Status SumOver(KernelContext& k, const ReduceDims& dims) {
  const DType dtype = k.input(0).dtype();
  if (dtype == DType::kComplex64) return ComplexSum<float>(k, dims);
  if (dtype == DType::kComplex128) return ComplexSum<double>(k, dims);
  return WithNumber(dtype, [&]<class T>() {
    return Reduce<T>(k, dims, SumFn<Compute<T>>(), k.input(0).raw(), ElementSink<T>{k.output(0).mutable_data<T>()});
  });
}

std::vector<KernelRow> ReduceKernels() {
  std::vector<KernelRow> rows;
  rows.push_back({"Sum", kNumbers | DTypeSet{DType::kComplex64, DType::kComplex128}, &Sum});
  AddMeanRows(rows);
  AddProdRows(rows);
  AddExtremumRows(rows);
  AddNormRows(rows);
  return rows;
}

}  // namespace eager::server::cuda
