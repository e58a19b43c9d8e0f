// Sums, differences and products on a GPU. Integers wrap around, signed ones as unsigned ones.
#include "server/kernels/cuda/complex_number.h"
#include "server/kernels/cuda/elementwise.cuh"
#include "server/kernels/cuda/elementwise_binary.h"

namespace eager::server::cuda {

void AddSumsAndProducts(std::vector<KernelRow>& rows) {
  AddBinary<AddFn>(rows, "AddV2", FloatTypes());
  AddWrappingBinary<AddFn>(rows, "AddV2", UnsignedTypes());
  // Which the gradients of ops that move complex numbers add up with.
  rows.push_back({"AddV2", {DType::kComplex64}, &BinaryKernel<AddFn, Complex64>, /*in_place=*/true});
  rows.push_back({"AddV2", {DType::kComplex128}, &BinaryKernel<AddFn, Complex128>, /*in_place=*/true});
  AddBinary<SubFn>(rows, "Sub", FloatTypes());
  AddWrappingBinary<SubFn>(rows, "Sub", UnsignedTypes());
  AddBinary<MulFn>(rows, "Mul", FloatTypes());
  AddWrappingBinary<MulFn>(rows, "Mul", UnsignedTypes());
  AddBinary<MulNoNanFn>(rows, "MulNoNan", FloatTypes());
  AddBinary<SquaredDifferenceFn>(rows, "SquaredDifference", FloatTypes());
  AddWrappingBinary<SquaredDifferenceFn>(rows, "SquaredDifference", Types<uint32_t, uint64_t>());
}

}  // namespace eager::server::cuda
