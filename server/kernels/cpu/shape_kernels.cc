// Kernels that look at shapes only, and broadcasting.

#include <algorithm>

#include "common/ops/broadcast_axes.h"
#include "common/status_macros.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cpu/strided_copy.h"
#include "server/kernels/cpu/string_moves.h"

namespace eager::server {
namespace {

// Element i of an int32 or int64 tensor.
void SetInt(const Tensor& t, int64_t i, int64_t value) {
  if (t.dtype() == DType::kInt32) {
    t.mutable_data<int32_t>()[i] = static_cast<int32_t>(value);
  } else {
    t.mutable_data<int64_t>()[i] = value;
  }
}

absl::Status ShapeKernel(KernelContext& k) {
  const Shape& in = k.input(0).shape();
  for (int axis = 0; axis < in.rank(); ++axis) SetInt(k.output(0), axis, in[axis]);
  return absl::OkStatus();
}

absl::Status ShapeNKernel(KernelContext& k) {
  for (int i = 0; i < k.num_inputs(); ++i) {
    const Shape& in = k.input(i).shape();
    for (int axis = 0; axis < in.rank(); ++axis) SetInt(k.output(i), axis, in[axis]);
  }
  return absl::OkStatus();
}

absl::Status BroadcastGradientArgsKernel(KernelContext& k) {
  ASSIGN_OR_RETURN(const BroadcastAxes axes, FindBroadcastAxes(k.ints(0), k.ints(1)));
  for (int o = 0; o < 2; ++o) {
    for (size_t i = 0; i < axes.of[o].size(); ++i) SetInt(k.output(o), static_cast<int64_t>(i), axes.of[o][i]);
  }
  return absl::OkStatus();
}

absl::Status SizeKernel(KernelContext& k) {
  SetInt(k.output(0), 0, k.input(0).num_elements());
  return absl::OkStatus();
}

absl::Status RankKernel(KernelContext& k) {
  SetInt(k.output(0), 0, k.input(0).shape().rank());
  return absl::OkStatus();
}

absl::Status BroadcastToKernel(KernelContext& k) {
  const Tensor &in = k.input(0), &out = k.output(0);
  const absl::Span<const int64_t> extents = out.shape().dims();
  const Strides dense = DenseStrides(in.shape().dims());
  Strides src(extents.size(), 0);
  const size_t added = extents.size() - dense.size();
  for (size_t axis = 0; axis < dense.size(); ++axis) {
    if (in.shape().dims()[axis] != 1) src[added + axis] = dense[axis];
  }
  StridedCopy(SizeOf(in.dtype()), extents, in.raw(), src, out.raw(), DenseStrides(extents));
  return absl::OkStatus();
}

absl::Status BroadcastArgsKernel(KernelContext& k) {
  const HostInts a = k.ints(0), b = k.ints(1);
  const size_t n = std::max(a.size(), b.size());
  const auto from_end = [](const HostInts& s, size_t i) { return i <= s.size() ? s[s.size() - i] : 1; };
  for (size_t i = 1; i <= n; ++i) {
    const int64_t x = from_end(a, i), y = from_end(b, i);
    SetInt(k.output(0), static_cast<int64_t>(n - i), x == 1 ? y : x);
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<KernelRow> CpuShapeKernels() {
  const DTypeSet all = kFixedSizeTypes | DTypeSet{DType::kString};
  std::vector<KernelRow> rows = {{"Shape", all, &ShapeKernel},
                                 {"ShapeN", all, &ShapeNKernel},
                                 {"Size", all, &SizeKernel},
                                 {"Rank", all, &RankKernel},
                                 {"BroadcastArgs", {DType::kInt32, DType::kInt64}, &BroadcastArgsKernel},
                                 {"BroadcastGradientArgs", {DType::kInt32, DType::kInt64}, &BroadcastGradientArgsKernel}};
  AddMoveRows<&BroadcastToKernel>(rows, "BroadcastTo");
  return rows;
}

}  // namespace eager::server
