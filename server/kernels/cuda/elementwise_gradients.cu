// Gradients of functions of one number on a GPU, which functors compute from two.
#include "server/kernels/cuda/elementwise.cuh"
#include "server/kernels/cuda/elementwise_unary.h"

namespace eager::server::cuda {

void AddUnaryGradients(std::vector<KernelRow>& rows) {
  AddBinary<SqrtGradFn>(rows, "SqrtGrad", FloatTypes());
  AddBinary<RsqrtGradFn>(rows, "RsqrtGrad", FloatTypes());
  AddBinary<ReciprocalGradFn>(rows, "ReciprocalGrad", FloatTypes());
  AddBinary<TanhGradFn>(rows, "TanhGrad", FloatTypes());
  AddBinary<SigmoidGradFn>(rows, "SigmoidGrad", FloatTypes());
  AddBinary<SoftplusGradFn>(rows, "SoftplusGrad", FloatTypes());
  AddBinary<ReluGradFn>(rows, "ReluGrad", FloatTypes());
  AddBinary<ReluGradFn>(rows, "ReluGrad", SignedTypes());
  AddBinary<ReluGradFn>(rows, "ReluGrad", UnsignedTypes());
}

}  // namespace eager::server::cuda
