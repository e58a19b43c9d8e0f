// Mean on a GPU.
#include "server/kernels/cuda/reduce.cuh"
#include "server/kernels/cuda/reduce.h"

namespace eager::server::cuda {
namespace {

absl::Status Mean(KernelContext& k) {
  const bool is_signed = IsSignedInteger(k.input(0).dtype());
  return ReduceAxes(k, [&]<class T>() {
    MeanFn<Compute<T>> mean;
    if (is_signed) mean.sign = uint64_t{1} << (8 * sizeof(T) - 1);
    return mean;
  });
}

}  // namespace

void AddMeanRows(std::vector<KernelRow>& rows) { rows.push_back({"Mean", kNumbers, &Mean}); }

}  // namespace eager::server::cuda
