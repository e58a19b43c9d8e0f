// Kernels of common/ops/special_ops.cc on a GPU, but for the Euclidean norm, which is a reduction.
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/elementwise.cuh"

namespace eager::server::cuda {

std::vector<KernelRow> SpecialKernels() {
  std::vector<KernelRow> rows;
  AddUnary<LgammaFn>(rows, "Lgamma", FloatTypes());
  AddUnary<DigammaFn>(rows, "Digamma", FloatTypes());
  AddBinary<PolygammaFn>(rows, "Polygamma", Types<float, double>());
  AddBinary<ZetaFn>(rows, "Zeta", Types<float, double>());
  return rows;
}

}  // namespace eager::server::cuda
