// Kernels of common/ops/comparison_ops.cc on a GPU: comparisons and bounds.
#include "server/kernels/cuda/complex_number.h"
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/elementwise.cuh"
#include "server/kernels/cuda/select.h"

namespace eager::server::cuda {
namespace {

// Broadcasting tensors of some rank never gives a scalar: then their shapes did not fit, and the attribute
// incompatible_shape_error asked for one answer for all.
template <class F, class T>
absl::Status EqualityKernel(KernelContext& k) {
  const bool incompatible =
      k.output(0).shape().is_scalar() && (!k.input(0).shape().is_scalar() || !k.input(1).shape().is_scalar());
  if (!incompatible) return Elementwise<F, uint8_t, T, T>(k);
  cudaMemsetAsync(k.output(0).raw(), F()(0, 1), 1, Stream(k));
  return Launched(k);
}

template <class F>
void AddEquality(std::vector<KernelRow>& rows, absl::string_view op) {
  const auto add = [&](DTypeSet dtypes, KernelFn fn) { rows.push_back({op, dtypes, fn, /*in_place=*/true}); };
  add({DType::kFloat32}, &EqualityKernel<F, float>);
  add({DType::kFloat64}, &EqualityKernel<F, double>);
  add({DType::kFloat16}, &EqualityKernel<F, Float16>);
  add({DType::kBFloat16}, &EqualityKernel<F, BFloat16>);
  add({DType::kInt8, DType::kUint8, DType::kBool}, &EqualityKernel<F, uint8_t>);
  add({DType::kInt16, DType::kUint16}, &EqualityKernel<F, uint16_t>);
  add({DType::kInt32, DType::kUint32}, &EqualityKernel<F, uint32_t>);
  add({DType::kInt64, DType::kUint64}, &EqualityKernel<F, uint64_t>);
  add({DType::kComplex64}, &EqualityKernel<F, Complex64>);
  add({DType::kComplex128}, &EqualityKernel<F, Complex128>);
}

// x > y is y < x: one kernel for both.
template <class F, class T, int first, int second>
absl::Status OrderKernel(KernelContext& k) {
  return ElementwiseOf<F, uint8_t, T, T>(k, {first, second});
}
template <class F, class... Ts>
void AddOrdering(std::vector<KernelRow>& rows, absl::string_view op, absl::string_view swapped, Types<Ts...>) {
  (rows.push_back({op, {DTypeOf<Ts>}, &OrderKernel<F, Ts, 0, 1>, /*in_place=*/true}), ...);
  (rows.push_back({swapped, {DTypeOf<Ts>}, &OrderKernel<F, Ts, 1, 0>, /*in_place=*/true}), ...);
}
template <class F>
void AddOrdering(std::vector<KernelRow>& rows, absl::string_view op, absl::string_view swapped) {
  AddOrdering<F>(rows, op, swapped, FloatTypes());
  AddOrdering<F>(rows, op, swapped, SignedTypes());
  AddOrdering<F>(rows, op, swapped, UnsignedTypes());
}

}  // namespace

std::vector<KernelRow> ComparisonKernels() {
  std::vector<KernelRow> rows;
  AddEquality<EqualFn>(rows, "Equal");
  AddEquality<NotEqualFn>(rows, "NotEqual");
  AddOrdering<LessFn>(rows, "Less", "Greater");
  AddOrdering<LessEqualFn>(rows, "LessEqual", "GreaterEqual");
  AddSelect(rows);
  AddClip(rows);
  return rows;
}

}  // namespace eager::server::cuda
