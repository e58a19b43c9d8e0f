// Kernels of common/ops/activation_ops.cc on a GPU.
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/elementwise.cuh"

namespace eager::server::cuda {
namespace {

template <class T>
LeakFn<Compute<T>> LeakOf(const KernelContext& k) {
  return {static_cast<Compute<T>>(k.attr<float>("alpha"))};
}
template <class T>
absl::Status LeakyReluKernel(KernelContext& k) {
  return Elementwise<LeakFn<Compute<T>>, T, T>(k, LeakOf<T>(k));
}
template <class T>
absl::Status LeakyReluGradKernel(KernelContext& k) {
  return Elementwise<LeakFn<Compute<T>>, T, T, T>(k, LeakOf<T>(k));
}
template <class... Ts>
void AddLeakyRelu(std::vector<KernelRow>& rows, Types<Ts...>) {
  (rows.push_back({"LeakyRelu", {DTypeOf<Ts>}, &LeakyReluKernel<Ts>}), ...);
  (rows.push_back({"LeakyReluGrad", {DTypeOf<Ts>}, &LeakyReluGradKernel<Ts>}), ...);
}

}  // namespace

std::vector<KernelRow> ActivationKernels() {
  std::vector<KernelRow> rows;
  AddUnary<Relu6Fn>(rows, "Relu6", FloatTypes());
  AddUnary<Relu6Fn>(rows, "Relu6", SignedTypes());
  AddUnary<Relu6Fn>(rows, "Relu6", UnsignedTypes());
  AddBinary<Relu6GradFn>(rows, "Relu6Grad", FloatTypes());
  AddBinary<Relu6GradFn>(rows, "Relu6Grad", SignedTypes());
  AddBinary<Relu6GradFn>(rows, "Relu6Grad", UnsignedTypes());
  AddUnary<EluFn>(rows, "Elu", FloatTypes());
  AddBinary<EluGradFn>(rows, "EluGrad", FloatTypes());
  AddUnary<SeluFn>(rows, "Selu", FloatTypes());
  AddBinary<SeluGradFn>(rows, "SeluGrad", FloatTypes());
  AddUnary<SoftsignFn>(rows, "Softsign", FloatTypes());
  AddBinary<SoftsignGradFn>(rows, "SoftsignGrad", FloatTypes());
  AddLeakyRelu(rows, FloatTypes());
  return rows;
}

}  // namespace eager::server::cuda
