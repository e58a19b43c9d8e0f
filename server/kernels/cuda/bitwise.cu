// Kernels of common/ops/bitwise_ops.cc on a GPU.
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/elementwise.cuh"

namespace eager::server::cuda {

std::vector<KernelRow> BitwiseKernels() {
  std::vector<KernelRow> rows;
  AddWrappingBinary<BitwiseAndFn>(rows, "BitwiseAnd", UnsignedTypes());
  AddWrappingBinary<BitwiseOrFn>(rows, "BitwiseOr", UnsignedTypes());
  AddWrappingBinary<BitwiseXorFn>(rows, "BitwiseXor", UnsignedTypes());
  AddWrappingUnary<InvertFn>(rows, "Invert", UnsignedTypes());
  AddBinary<LeftShiftFn>(rows, "LeftShift", SignedTypes());
  AddBinary<LeftShiftFn>(rows, "LeftShift", UnsignedTypes());
  AddBinary<RightShiftFn>(rows, "RightShift", SignedTypes());
  AddBinary<RightShiftFn>(rows, "RightShift", UnsignedTypes());
  return rows;
}

}  // namespace eager::server::cuda
