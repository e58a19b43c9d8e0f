// Kernels of common/ops/pad_ops.cc on a GPU. The twin of cpu/pad_kernels.cc.
#include "common/status_macros.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cpu/strided_copy.h"
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/launch.h"
#include "server/kernels/cuda/mirror_fold.h"
#include "server/kernels/cuda/move.h"
#include "server/kernels/cuda/number.cuh"

namespace eager::server::cuda {
namespace {

bool Reflects(const KernelContext& k) { return k.attr<std::string>("mode") == "REFLECT"; }

// The output's axes, each made by `axis_of(extent, step, before, extent inside)`.
template <class F>
MoveAxes PaddedAxes(const KernelContext& k, F axis_of) {
  const Shape &in = k.input(0).shape(), &out = k.output(0).shape();
  const HostInts paddings = k.ints(1);
  const Strides dense = DenseStrides(in.dims());
  MoveAxes axes;
  for (int a = 0; a < in.rank(); ++a) {
    axes.push_back(axis_of(out[a], dense[static_cast<size_t>(a)], paddings[2 * static_cast<size_t>(a)], in[a]));
  }
  return axes;
}

absl::Status PadKernel(KernelContext& k) {
  const void* const value = k.num_inputs() > 2 ? k.input(2).raw() : nullptr;
  return GatherInput(k, 0, PaddedAxes(k, &MoveAxis::Window), /*origin=*/0, value);
}

absl::Status MirrorPadKernel(KernelContext& k) {
  const int64_t edge = Reflects(k) ? 1 : 0;
  return GatherInput(k, 0, PaddedAxes(k, [edge](int64_t extent, int64_t step, int64_t before, int64_t inside) {
                       return MoveAxis::Mirror(extent, step, before, inside, edge);
                     }));
}

// Numbers with a real and an imaginary part, which are added each for itself.
template <class T>
struct alignas(2 * sizeof(T)) Pair {
  T re, im;
};

// A sum of elements of T. As on the CPU: integers wrap around, bools are or-ed; 16 bits are summed in float.
template <class T>
struct Sum {
  Compute<T> value{};
  __device__ void Add(const T& x) {
    if constexpr (std::is_same_v<T, bool>) {
      value |= Load(x);
    } else {
      value = static_cast<Compute<T>>(value + Load(x));
    }
  }
  __device__ void StoreTo(T& to) const { Store<T>(value, to); }
};
template <class T>
struct Sum<Pair<T>> {
  Pair<T> value{};
  __device__ void Add(const Pair<T>& x) {
    value.re += x.re;
    value.im += x.im;
  }
  __device__ void StoreTo(Pair<T>& to) const { to = value; }
};

template <class T, class Index>
__global__ void MirrorFoldKernel(MirrorFold<Index> fold, const T* in, T* out, Index n) {
  const Index step = static_cast<Index>(gridDim.x) * blockDim.x;
  for (Index i = static_cast<Index>(blockIdx.x) * blockDim.x + threadIdx.x; i < n; i += step) {
    Sum<T> sum;
    fold.ForEachImage(i, [&](Index offset) { sum.Add(in[offset]); });
    sum.StoreTo(out[i]);
  }
}

template <class T, class Index>
absl::Status FoldAs(KernelContext& k) {
  const int64_t n = k.output(0).num_elements();
  ASSIGN_OR_RETURN(const MirrorFold<Index> fold,
                   MirrorFold<Index>::Make(k.output(0).shape().dims(), k.ints(1), Reflects(k)));
  MirrorFoldKernel<T, Index><<<Blocks(n), kBlockThreads, 0, Stream(k)>>>(
      fold, k.input(0).data<T>(), k.output(0).mutable_data<T>(), static_cast<Index>(n));
  return Launched(k);
}

template <class T>
absl::Status MirrorPadGradKernel(KernelContext& k) {
  if (k.output(0).num_elements() == 0) return absl::OkStatus();
  return FitsIn32Bits(k.input(0).num_elements()) ? FoldAs<T, uint32_t>(k) : FoldAs<T, int64_t>(k);
}

}  // namespace

std::vector<KernelRow> PadKernels() {
  return {{"Pad", kFixedSizeTypes, &PadKernel},
          {"PadV2", kFixedSizeTypes, &PadKernel},
          {"MirrorPad", kFixedSizeTypes, &MirrorPadKernel},
          {"MirrorPadGrad", {DType::kFloat32}, &MirrorPadGradKernel<float>},
          {"MirrorPadGrad", {DType::kFloat64}, &MirrorPadGradKernel<double>},
          {"MirrorPadGrad", {DType::kFloat16}, &MirrorPadGradKernel<Float16>},
          {"MirrorPadGrad", {DType::kBFloat16}, &MirrorPadGradKernel<BFloat16>},
          {"MirrorPadGrad", {DType::kInt8, DType::kUint8}, &MirrorPadGradKernel<uint8_t>},
          {"MirrorPadGrad", {DType::kInt16, DType::kUint16}, &MirrorPadGradKernel<uint16_t>},
          {"MirrorPadGrad", {DType::kInt32, DType::kUint32}, &MirrorPadGradKernel<uint32_t>},
          {"MirrorPadGrad", {DType::kInt64, DType::kUint64}, &MirrorPadGradKernel<uint64_t>},
          {"MirrorPadGrad", {DType::kBool}, &MirrorPadGradKernel<bool>},
          {"MirrorPadGrad", {DType::kComplex64}, &MirrorPadGradKernel<Pair<float>>},
          {"MirrorPadGrad", {DType::kComplex128}, &MirrorPadGradKernel<Pair<double>>}};
}

}  // namespace eager::server::cuda
