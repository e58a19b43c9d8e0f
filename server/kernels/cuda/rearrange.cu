// Kernels of common/ops/rearrange_ops.cc on a GPU. The twin of cpu/rearrange_kernels.cc.
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cpu/strided_copy.h"
#include "server/kernels/cuda/band.h"
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/move.cuh"

namespace eager::server::cuda {
namespace {

absl::Status TransposeKernel(KernelContext& k) {
  const Shape& in = k.input(0).shape();
  const Strides dense = DenseStrides(in.dims());
  MoveAxes axes;
  for (int64_t axis : k.ints(1)) {
    if (axis < 0) axis += in.rank();
    axes.push_back(MoveAxis::Plain(in[static_cast<int>(axis)], dense[static_cast<size_t>(axis)]));
  }
  return GatherInput(k, 0, axes);
}

// Of what x names several times, one place is taken; what it does not name, and what is no place, is not looked for:
// the values are on the device.
template <class T>
__global__ void InvertKernel(const T* x, T* y, int64_t n) {
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < n; i += step) {
    const int64_t at = static_cast<int64_t>(x[i]);
    if (at >= 0 && at < n) y[at] = static_cast<T>(i);
  }
}

template <class T>
absl::Status InvertPermutationKernel(KernelContext& k) {
  const int64_t n = k.input(0).num_elements();
  if (n == 0) return absl::OkStatus();
  T* const y = k.output(0).mutable_data<T>();
  cudaMemsetAsync(y, 0xff, static_cast<size_t>(n) * sizeof(T), Stream(k));  // -1
  InvertKernel<T><<<Blocks(n), kBlockThreads, 0, Stream(k)>>>(k.input(0).data<T>(), y, n);
  return Launched(k);
}

absl::Status ReverseKernel(KernelContext& k) {
  const Shape& shape = k.input(0).shape();
  if (shape.num_elements() == 0) return absl::OkStatus();
  const Strides dense = DenseStrides(shape.dims());
  MoveAxes axes;
  for (int a = 0; a < shape.rank(); ++a) axes.push_back(MoveAxis::Plain(shape[a], dense[static_cast<size_t>(a)]));
  int64_t last = 0;
  for (int64_t axis : shape.is_scalar() ? HostInts() : k.ints(1)) {
    MoveAxis& a = axes[static_cast<size_t>(axis < 0 ? axis + shape.rank() : axis)];
    last += (a.extent - 1) * a.step;
    a.step = -a.step;
  }
  return GatherInput(k, 0, axes, last);
}

// How far each axis is rolled forward, in [0, extent); axes may be named several times.
HostInts TotalShifts(KernelContext& k, const Shape& shape) {
  HostInts total(static_cast<size_t>(shape.rank()), 0);
  const HostInts shifts = k.ints(1), axes = k.ints(2);
  for (size_t i = 0; i < axes.size(); ++i) {
    const int axis = static_cast<int>(axes[i] < 0 ? axes[i] + shape.rank() : axes[i]);
    const int64_t extent = shape[axis];
    total[static_cast<size_t>(axis)] = (total[static_cast<size_t>(axis)] + shifts[i] % extent + extent) % extent;
  }
  return total;
}

absl::Status RollKernel(KernelContext& k) {
  const Shape& shape = k.input(0).shape();
  if (shape.num_elements() == 0) return absl::OkStatus();
  const HostInts shifts = TotalShifts(k, shape);
  const Strides dense = DenseStrides(shape.dims());
  MoveAxes axes;
  for (size_t a = 0; a < shifts.size(); ++a) {
    axes.push_back(MoveAxis::Roll(shape[static_cast<int>(a)], dense[a], shifts[a]));
  }
  return GatherInput(k, 0, axes);
}

// Each axis becomes two: its multiple, which repeats the input, and its extent.
absl::Status TileKernel(KernelContext& k) {
  const Shape& in = k.input(0).shape();
  const HostInts multiples = k.ints(1);
  const Strides dense = DenseStrides(in.dims());
  MoveAxes axes;
  for (int a = 0; a < in.rank(); ++a) {
    axes.push_back(MoveAxis::Plain(multiples[static_cast<size_t>(a)], 0));
    axes.push_back(MoveAxis::Plain(in[a], dense[static_cast<size_t>(a)]));
  }
  return GatherInput(k, 0, axes);
}

// Each thread takes 16 bytes at a time as far as `vectors` goes, then one element.
template <class E, class Index>
__global__ void BandKernel(Band<Index> band, const E* from, E* to, Index n, Index vectors) {
  constexpr int kVec = kPack<E>;
  const Index step = static_cast<Index>(gridDim.x) * blockDim.x;
  const Index first = static_cast<Index>(blockIdx.x) * blockDim.x + threadIdx.x;
  for (Index v = first; v < vectors; v += step) {
    Pack<E, kVec> pack = reinterpret_cast<const Pack<E, kVec>*>(from)[v];
#pragma unroll
    for (int j = 0; j < kVec; ++j) {
      if (!band.Holds(v * kVec + j)) pack.at[j] = E{};
    }
    reinterpret_cast<Pack<E, kVec>*>(to)[v] = pack;
  }
  for (Index i = vectors * kVec + first; i < n; i += step) to[i] = band.Holds(i) ? from[i] : E{};
}

absl::Status BandPartKernel(KernelContext& k) {
  const Tensor &in = k.input(0), &out = k.output(0);
  const int64_t n = in.num_elements();
  if (n == 0) return absl::OkStatus();
  const int rank = in.shape().rank();
  const int64_t rows = in.shape()[rank - 2], columns = in.shape()[rank - 1];
  const int64_t lower = k.ints(1)[0], upper = k.ints(2)[0];
  const auto launch = [&]<class E, class Index>(E, Index) {
    using Div = typename Band<Index>::Div;
    const Band<Index> band{Div(static_cast<Index>(rows)), Div(static_cast<Index>(columns)), lower, upper};
    const bool aligned = (reinterpret_cast<uintptr_t>(in.raw()) | reinterpret_cast<uintptr_t>(out.raw())) % 16 == 0;
    const int64_t vectors = aligned ? n / kPack<E> : 0;
    const unsigned blocks = vectors > 0 ? Blocks(vectors) : Blocks(n);
    BandKernel<E, Index><<<blocks, kBlockThreads, 0, Stream(k)>>>(band, in.data<E>(), out.mutable_data<E>(),
                                                                  static_cast<Index>(n), static_cast<Index>(vectors));
  };
  WithElement(static_cast<int64_t>(SizeOf(in.dtype())),
              [&](auto e) { WithIndex(FitsIn32Bits(n), [&](auto index) { launch(e, index); }); });
  return Launched(k);
}

}  // namespace

std::vector<KernelRow> RearrangeKernels() {
  return {{"InvertPermutation", {DType::kInt32}, &InvertPermutationKernel<int32_t>},
          {"InvertPermutation", {DType::kInt64}, &InvertPermutationKernel<int64_t>},
          {"MatrixBandPart", kFixedSizeTypes, &BandPartKernel},
          {"Transpose", kFixedSizeTypes, &TransposeKernel},
          {"ReverseV2", kFixedSizeTypes, &ReverseKernel},
          {"Roll", kFixedSizeTypes, &RollKernel},
          {"Tile", kFixedSizeTypes, &TileKernel}};
}

}  // namespace eager::server::cuda
