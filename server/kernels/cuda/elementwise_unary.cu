// Kernels of common/ops/elementwise_unary_ops.cc and transcendental_ops.cc on a GPU: arithmetic and predicates.
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/elementwise.cuh"
#include "server/kernels/cuda/elementwise_unary.h"

namespace eager::server::cuda {
namespace {

void AddArithmetic(std::vector<KernelRow>& rows) {
  AddUnary<AbsFn>(rows, "Abs", FloatTypes());
  AddUnary<AbsFn>(rows, "Abs", SignedTypes());
  AddUnary<NegFn>(rows, "Neg", FloatTypes());
  AddWrappingUnary<NegFn>(rows, "Neg", UnsignedTypes());
  AddUnary<SignFn>(rows, "Sign", FloatTypes());
  AddUnary<SignFn>(rows, "Sign", SignedTypes());
  AddUnary<SquareFn>(rows, "Square", FloatTypes());
  AddWrappingUnary<SquareFn>(rows, "Square", UnsignedTypes());
  AddUnary<SqrtFn>(rows, "Sqrt", FloatTypes());
  AddUnary<RsqrtFn>(rows, "Rsqrt", FloatTypes());
  AddUnary<ReciprocalFn>(rows, "Reciprocal", FloatTypes());
  AddUnary<ReluFn>(rows, "Relu", FloatTypes());
  AddUnary<ReluFn>(rows, "Relu", SignedTypes());
  AddUnary<ReluFn>(rows, "Relu", UnsignedTypes());
  AddUnary<FloorFn>(rows, "Floor", FloatTypes());
  AddUnary<CeilFn>(rows, "Ceil", FloatTypes());
  AddUnary<RoundFn>(rows, "Round", FloatTypes());
  AddUnary<RoundFn>(rows, "Round", Types<int32_t, int64_t>());
  AddUnary<RoundFn>(rows, "Rint", FloatTypes());
}

void AddPredicates(std::vector<KernelRow>& rows) {
  AddUnary<IsNanFn>(rows, "IsNan", FloatTypes());
  AddUnary<IsInfFn>(rows, "IsInf", FloatTypes());
  AddUnary<IsFiniteFn>(rows, "IsFinite", FloatTypes());
  AddUnary<LogicalNotFn>(rows, "LogicalNot", Types<bool>());
}

}  // namespace

std::vector<KernelRow> ElementwiseUnaryKernels() {
  std::vector<KernelRow> rows;
  AddArithmetic(rows);
  AddTranscendental(rows);
  AddPredicates(rows);
  AddUnaryGradients(rows);
  return rows;
}

}  // namespace eager::server::cuda
