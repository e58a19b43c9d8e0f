// Kernels of common/ops/make_ops.cc on a GPU. The twin of cpu/make_kernels.cc.
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cpu/number.h"
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/move.cuh"
#include "server/kernels/cuda/one_hot.h"
#include "server/kernels/make_fns.h"

namespace eager::server::cuda {
namespace {

// Fills `bytes` at `to` with `pattern`, or with the element of `size` bytes at `value` on the device. Each thread takes
// 16 bytes at a time as far as `vectors` goes, then one byte.
__global__ void FillKernel(uint8_t* to, int64_t bytes, int64_t vectors, Sixteen pattern, const void* value, int size) {
  if (value != nullptr) pattern = Repeat(value, size);
  const uint4 words = make_uint4(pattern.words[0], pattern.words[1], pattern.words[2], pattern.words[3]);
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  const int64_t first = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  for (int64_t v = first; v < vectors; v += step) reinterpret_cast<uint4*>(to)[v] = words;
  for (int64_t i = vectors * 16 + first; i < bytes; i += step) to[i] = pattern.byte(static_cast<int>(i % 16));
}

absl::Status FillWith(KernelContext& k, const Sixteen& pattern, const void* value) {
  const Tensor& out = k.output(0);
  const int64_t bytes = static_cast<int64_t>(out.num_bytes());
  if (bytes == 0) return absl::OkStatus();
  const int64_t vectors = reinterpret_cast<uintptr_t>(out.raw()) % 16 == 0 ? bytes / 16 : 0;
  const unsigned blocks = vectors > 0 ? Blocks(vectors) : Blocks(bytes);
  FillKernel<<<blocks, kBlockThreads, 0, Stream(k)>>>(out.mutable_data<uint8_t>(), bytes, vectors, pattern, value,
                                                      static_cast<int>(SizeOf(out.dtype())));
  return Launched(k);
}

absl::Status Fill(KernelContext& k) { return FillWith(k, {}, k.input(1).raw()); }

absl::Status ZerosLike(KernelContext& k) {
  const Tensor& out = k.output(0);
  if (out.num_bytes() == 0) return absl::OkStatus();
  cudaMemsetAsync(out.raw(), 0, out.num_bytes(), Stream(k));
  return Launched(k);
}

// A complex one is a real one and a zero.
template <class T, bool kComplex = false>
absl::Status OnesLike(KernelContext& k) {
  const T one[2] = {Narrow<T>(1), Narrow<T>(0)};
  return FillWith(k, Repeat(one, static_cast<int>(kComplex ? 2 * sizeof(T) : sizeof(T))), nullptr);
}

// x as T keeps it.
template <class T>
struct KeptBy {
  template <class W>
  __device__ W operator()(W x) const {
    T kept;
    Store<T>(static_cast<Compute<T>>(x), kept);
    return static_cast<W>(Load(kept));
  }
};

template <class T>
struct RangeOf {
  Wide<T> start, delta;
  T* to;
  __device__ void operator()(int64_t i) const {
    Store<T>(static_cast<Compute<T>>(RangeElement(start, delta, i, KeptBy<T>())), to[i]);
  }
};

template <class T>
absl::Status Range(KernelContext& k) {
  using W = Wide<T>;
  const int64_t n = k.output(0).num_elements();
  if (n == 0) return absl::OkStatus();
  const RangeOf<T> range{Widen<W>(*k.host(0).as<T>()), Widen<W>(*k.host(2).as<T>()), k.output(0).mutable_data<T>()};
  ForEachKernel<<<Blocks(n), kBlockThreads, 0, Stream(k)>>>(n, range);
  return Launched(k);
}

template <class T>
struct LinSpaceOf {
  Wide<T> start, stop, step;
  int64_t n;
  T* to;
  __device__ void operator()(int64_t i) const { Store<T>(LinSpaceElement(start, stop, step, i, n), to[i]); }
};

template <class T>
absl::Status LinSpace(KernelContext& k) {
  using W = Wide<T>;
  const int64_t n = k.output(0).num_elements();
  const W start = Widen<W>(*k.host(0).as<T>()), stop = Widen<W>(*k.host(1).as<T>());
  const W step = n > 1 ? (stop - start) / static_cast<W>(n - 1) : W(0);
  const LinSpaceOf<T> line{start, stop, step, n, k.output(0).mutable_data<T>()};
  ForEachKernel<<<Blocks(n), kBlockThreads, 0, Stream(k)>>>(n, line);
  return Launched(k);
}

// `on` and `off` are values on the device. Each thread takes 16 bytes at a time as far as `vectors` goes, then one
// element.
template <class E, class Index>
__global__ void OneHotKernel(OneHotView<Index> view, const E* on, const E* off, E* to, Index n, Index vectors) {
  constexpr int kVec = kPack<E>;
  const E hot = *on, cold = *off;
  const Index step = static_cast<Index>(gridDim.x) * blockDim.x;
  const Index first = static_cast<Index>(blockIdx.x) * blockDim.x + threadIdx.x;
  for (Index v = first; v < vectors; v += step) {
    Pack<E, kVec> pack;
#pragma unroll
    for (int j = 0; j < kVec; ++j) pack.at[j] = view.IsHot(v * kVec + j) ? hot : cold;
    reinterpret_cast<Pack<E, kVec>*>(to)[v] = pack;
  }
  for (Index i = vectors * kVec + first; i < n; i += step) to[i] = view.IsHot(i) ? hot : cold;
}

absl::Status OneHot(KernelContext& k) {
  const Tensor& out = k.output(0);
  const int64_t n = out.num_elements();
  if (n == 0) return absl::OkStatus();
  const Shape& indices = k.input(0).shape();
  const int64_t axis = k.attr<int64_t>("axis"), depth = k.host(1).int_at(0);
  const int64_t inner = Extent(indices, axis < 0 ? indices.rank() : static_cast<int>(axis), indices.rank());
  const auto launch = [&]<class E, class Index>(E, Index) {
    using Div = typename OneHotView<Index>::Div;
    const OneHotView<Index> view{Div(static_cast<Index>(depth)), Div(static_cast<Index>(inner)), k.input(0).raw(),
                                 k.input(0).dtype()};
    const int64_t vectors = reinterpret_cast<uintptr_t>(out.raw()) % 16 == 0 ? n / kPack<E> : 0;
    const unsigned blocks = vectors > 0 ? Blocks(vectors) : Blocks(n);
    OneHotKernel<E, Index><<<blocks, kBlockThreads, 0, Stream(k)>>>(view, k.input(2).data<E>(), k.input(3).data<E>(),
                                                                    out.mutable_data<E>(), static_cast<Index>(n),
                                                                    static_cast<Index>(vectors));
  };
  WithElement(static_cast<int64_t>(SizeOf(out.dtype())),
              [&](auto e) { WithIndex(FitsIn32Bits(n), [&](auto index) { launch(e, index); }); });
  return Launched(k);
}

void AddOnes(std::vector<KernelRow>& rows) {
  rows.push_back({"OnesLike", {DType::kFloat32}, &OnesLike<float>});
  rows.push_back({"OnesLike", {DType::kFloat64}, &OnesLike<double>});
  rows.push_back({"OnesLike", {DType::kFloat16}, &OnesLike<Float16>});
  rows.push_back({"OnesLike", {DType::kBFloat16}, &OnesLike<BFloat16>});
  rows.push_back({"OnesLike", {DType::kInt8, DType::kUint8, DType::kBool}, &OnesLike<uint8_t>});
  rows.push_back({"OnesLike", {DType::kInt16, DType::kUint16}, &OnesLike<uint16_t>});
  rows.push_back({"OnesLike", {DType::kInt32, DType::kUint32}, &OnesLike<uint32_t>});
  rows.push_back({"OnesLike", {DType::kInt64, DType::kUint64}, &OnesLike<uint64_t>});
  rows.push_back({"OnesLike", {DType::kComplex64}, &OnesLike<float, true>});
  rows.push_back({"OnesLike", {DType::kComplex128}, &OnesLike<double, true>});
}

}  // namespace

// Integers of either sign wrap alike, so that unsigned ones stand for both.
std::vector<KernelRow> MakeKernels() {
  std::vector<KernelRow> rows = {{"Fill", kFixedSizeTypes, &Fill},
                                 {"ZerosLike", kFixedSizeTypes, &ZerosLike},
                                 {"OneHot", kFixedSizeTypes, &OneHot},
                                 {"Range", {DType::kFloat32}, &Range<float>},
                                 {"Range", {DType::kFloat64}, &Range<double>},
                                 {"Range", {DType::kFloat16}, &Range<Float16>},
                                 {"Range", {DType::kBFloat16}, &Range<BFloat16>},
                                 {"Range", {DType::kInt8}, &Range<uint8_t>},
                                 {"Range", {DType::kInt16, DType::kUint16}, &Range<uint16_t>},
                                 {"Range", {DType::kInt32, DType::kUint32}, &Range<uint32_t>},
                                 {"Range", {DType::kInt64}, &Range<uint64_t>},
                                 {"LinSpace", {DType::kFloat32}, &LinSpace<float>},
                                 {"LinSpace", {DType::kFloat64}, &LinSpace<double>},
                                 {"LinSpace", {DType::kFloat16}, &LinSpace<Float16>},
                                 {"LinSpace", {DType::kBFloat16}, &LinSpace<BFloat16>}};
  AddOnes(rows);
  return rows;
}

}  // namespace eager::server::cuda
