// Prod on a GPU.
#include "server/kernels/cuda/reduce.cuh"
#include "server/kernels/cuda/reduce.h"

namespace eager::server::cuda {
namespace {

absl::Status Prod(KernelContext& k) {
  return ReduceAxes(k, [&]<class T>() { return ProdFn<Compute<T>>(); });
}

}  // namespace

void AddProdRows(std::vector<KernelRow>& rows) { rows.push_back({"Prod", kNumbers, &Prod}); }

}  // namespace eager::server::cuda
