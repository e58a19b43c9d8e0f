// Kernels of common/ops/elementwise_binary_ops.cc on a GPU: extremes, logic, and functions of two numbers.
#include "server/kernels/cuda/elementwise_binary.h"

#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/elementwise.cuh"

namespace eager::server::cuda {
namespace {

template <class F>
void AddForNumbers(std::vector<KernelRow>& rows, absl::string_view op) {
  AddBinary<F>(rows, op, FloatTypes());
  AddBinary<F>(rows, op, SignedTypes());
  AddBinary<F>(rows, op, UnsignedTypes());
}

}  // namespace

std::vector<KernelRow> ElementwiseBinaryKernels() {
  std::vector<KernelRow> rows;
  AddSumsAndProducts(rows);
  AddFloatDivisions(rows);
  AddIntegerDivisions(rows);
  AddAddN(rows);
  AddForNumbers<MaximumFn>(rows, "Maximum");
  AddForNumbers<MinimumFn>(rows, "Minimum");
  AddBinary<PowFn>(rows, "Pow", FloatTypes());
  AddBinary<PowFn>(rows, "Pow", SignedTypes());
  AddBinary<Atan2Fn>(rows, "Atan2", FloatTypes());
  AddBinary<XlogyFn>(rows, "Xlogy", FloatTypes());
  AddBinary<LogicalAndFn>(rows, "LogicalAnd", Types<bool>());
  AddBinary<LogicalOrFn>(rows, "LogicalOr", Types<bool>());
  return rows;
}

}  // namespace eager::server::cuda
