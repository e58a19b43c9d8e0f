// Kernels of common/ops/shape_ops.cc for tensors of a GPU. The twin of cpu/shape_kernels.cc: shapes stay on the host.

#include <algorithm>

#include "common/status_macros.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cpu/strided_copy.h"
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/move.h"

namespace eager::server::cuda {
namespace {

// Makes output 0 these integers, in host memory, without a look at the device.
absl::Status SetInts(KernelContext& k, DType dtype, Shape shape, absl::Span<const int64_t> values) {
  ASSIGN_OR_RETURN(BufferRef buffer, k.host_device().Allocate(values.size() * SizeOf(dtype)));
  TensorRef out = MakeRef<Tensor>(TensorSpec{dtype, std::move(shape)}, std::move(buffer));
  if (dtype == DType::kInt32) {
    std::transform(values.begin(), values.end(), out->mutable_data<int32_t>(),
                   [](int64_t x) { return static_cast<int32_t>(x); });
  } else {
    std::copy(values.begin(), values.end(), out->mutable_data<int64_t>());
  }
  k.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status ShapeKernel(KernelContext& k) {
  const Shape& in = k.input(0).shape();
  return SetInts(k, k.attr<DType>("out_type"), Shape{in.rank()}, in.dims());
}

absl::Status SizeKernel(KernelContext& k) {
  return SetInts(k, k.attr<DType>("out_type"), Shape(), {k.input(0).num_elements()});
}

absl::Status RankKernel(KernelContext& k) { return SetInts(k, DType::kInt32, Shape(), {k.input(0).shape().rank()}); }

absl::Status BroadcastArgsKernel(KernelContext& k) {
  const HostInts a = k.ints(0), b = k.ints(1);
  const size_t n = std::max(a.size(), b.size());
  const auto from_end = [](const HostInts& s, size_t i) { return i <= s.size() ? s[s.size() - i] : 1; };
  HostInts both(n);
  for (size_t i = 1; i <= n; ++i) {
    const int64_t x = from_end(a, i), y = from_end(b, i);
    both[n - i] = x == 1 ? y : x;
  }
  return SetInts(k, k.input(0).dtype(), Shape{static_cast<int64_t>(n)}, both);
}

absl::Status BroadcastToKernel(KernelContext& k) {
  const Shape &in = k.input(0).shape(), &out = k.output(0).shape();
  const Strides dense = DenseStrides(in.dims());
  const int added = out.rank() - in.rank();
  MoveAxes axes;
  for (int a = 0; a < out.rank(); ++a) {
    const bool repeats = a < added || in[a - added] == 1;
    axes.push_back(MoveAxis::Plain(out[a], repeats ? 0 : dense[static_cast<size_t>(a - added)]));
  }
  return GatherInput(k, 0, axes);
}

}  // namespace

std::vector<KernelRow> ShapeKernels() {
  constexpr bool kInPlace = false, kMakesOutputs = true;
  return {{"Shape", kFixedSizeTypes, &ShapeKernel, kInPlace, kMakesOutputs},
          {"Size", kFixedSizeTypes, &SizeKernel, kInPlace, kMakesOutputs},
          {"Rank", kFixedSizeTypes, &RankKernel, kInPlace, kMakesOutputs},
          {"BroadcastArgs", {DType::kInt32, DType::kInt64}, &BroadcastArgsKernel, kInPlace, kMakesOutputs},
          {"BroadcastTo", kFixedSizeTypes, &BroadcastToKernel}};
}

}  // namespace eager::server::cuda
