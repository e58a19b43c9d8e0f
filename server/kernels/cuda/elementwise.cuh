// Elementwise kernels: one functor over whole tensors, broadcast where shapes differ. As cpu/elementwise_loops.h.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "common/status_macros.h"
#include "server/kernels/cuda/elementwise_plan.h"
#include "server/kernels/cuda/functor_weight.h"
#include "server/kernels/cuda/launch.h"
#include "server/kernels/cuda/number.cuh"
#include "server/kernels/cuda/strided_view.h"

namespace eager::server::cuda {

// out[i] = f(in0[i], in1[i], …). What the kernels below take.
template <class F, class Out, class... In>
struct ElementwiseArgs {
  static constexpr int kInputs = sizeof...(In);
  F f;
  Out* out;  // may be an input, element for element: every thread loads what it needs before it stores
  const void* in[kInputs];
  bool splat[kInputs];  // one element of the input serves a whole vector; of dense tensors, all of them
};

// 16 bytes of the widest type, unless the functor is too large for that. A light functor gets two vectors at a time, so
// that more loads are on their way.
template <class F, class Out, class... In>
inline constexpr int kVecFor = std::min(kAtOnce<F>, 16 / static_cast<int>(std::max({sizeof(Out), sizeof(In)...})));
template <class F>
inline constexpr int kVectorsFor = kAtOnce<F> == kLight ? 2 : 1;

template <int kVec, class T>
__device__ __forceinline__ Pack<T, kVec> LoadPack(const void* in, bool splat, int64_t at) {
  if (!splat) return static_cast<const Pack<T, kVec>*>(in)[at];
  Pack<T, kVec> pack;
  const T x = static_cast<const T*>(in)[at];
#pragma unroll
  for (int j = 0; j < kVec; ++j) pack.at[j] = x;
  return pack;
}

// A vector of every input, and a functor's results for them.
template <size_t k, class T>
struct Member {
  T value;
};
template <int kVec, class Indices, class... In>
struct Vectors;
template <int kVec, size_t... k, class... In>
struct Vectors<kVec, std::index_sequence<k...>, In...> : Member<k, Pack<In, kVec>>... {
  // at(i) is where input i's vector lies: in vectors, or in elements if it is splat.
  template <class Args, class At>
  static __device__ __forceinline__ Vectors LoadAll(const Args& a, At at) {
    return {{LoadPack<kVec, In>(a.in[k], a.splat[k], at(k))}...};
  }
  template <class Out, class F>
  __device__ __forceinline__ Pack<Out, kVec> Apply(const F& f) const {
    Pack<Out, kVec> result;
#pragma unroll
    for (int j = 0; j < kVec; ++j) {
      Store<Out>(f(Load(static_cast<const Member<k, Pack<In, kVec>>&>(*this).value.at[j])...), result.at[j]);
    }
    return result;
  }
};
template <int kVec, class... In>
using VectorsOf = Vectors<kVec, std::index_sequence_for<In...>, In...>;

// The first `vectors` * kVec elements in vectors, the rest one by one; without vectors pointers need no alignment.
template <int kVec, int kVectors, class F, class Out, class... In>
__global__ void DenseKernel(const __grid_constant__ ElementwiseArgs<F, Out, In...> a, int64_t vectors, int64_t n) {
  using All = VectorsOf<kVec, In...>;
  using Ones = VectorsOf<1, In...>;
  Pack<Out, kVec>* out = reinterpret_cast<Pack<Out, kVec>*>(a.out);
  Pack<Out, 1>* ones = reinterpret_cast<Pack<Out, 1>*>(a.out);
  const auto place = [&](int64_t i) { return [&a, i](size_t k) { return a.splat[k] ? int64_t{0} : i; }; };
  const int64_t threads = static_cast<int64_t>(gridDim.x) * blockDim.x;
  int64_t v = static_cast<int64_t>(blockIdx.x) * blockDim.x * kVectors + threadIdx.x;
  for (; v < vectors; v += threads * kVectors) {
    const int64_t next = v + blockDim.x;
    if (kVectors == 2 && next < vectors) {
      const All x = All::LoadAll(a, place(v)), y = All::LoadAll(a, place(next));
      out[v] = x.template Apply<Out>(a.f);
      out[next] = y.template Apply<Out>(a.f);
    } else {
      out[v] = All::LoadAll(a, place(v)).template Apply<Out>(a.f);
    }
  }
  int64_t i = vectors * kVec + static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  for (; i < n; i += threads) ones[i] = Ones::LoadAll(a, place(i)).template Apply<Out>(a.f);
}

// n vectors of a walk.
template <int kVec, class F, class Out, class... In>
__global__ void BroadcastKernel(const __grid_constant__ ElementwiseArgs<F, Out, In...> a,
                                const __grid_constant__ Views<sizeof...(In), uint32_t> views, uint32_t n) {
  using All = VectorsOf<kVec, In...>;
  Pack<Out, kVec>* out = reinterpret_cast<Pack<Out, kVec>*>(a.out);
  const uint32_t step = gridDim.x * blockDim.x;
  for (uint32_t v = blockIdx.x * blockDim.x + threadIdx.x; v < n; v += step) {
    const auto offsets = views(v);
    out[v] = All::LoadAll(a, [&](size_t k) { return offsets.at[k]; }).template Apply<Out>(a.f);
  }
}

// So many vectors fit into 32-bit indices.
inline constexpr int64_t kMostInPiece = (int64_t{1} << 30) - 1;

template <int kVec, class F, class Out, class... In>
void LaunchBroadcast(const ElementwiseArgs<F, Out, In...>& args, const ViewPlan& plan, cudaStream_t stream) {
  constexpr size_t kSizes[] = {sizeof(In)...};
  ForEachPiece(plan, kMostInPiece, [&](const Piece& piece) {
    ElementwiseArgs<F, Out, In...> here = args;
    here.out += piece.first * kVec;
    for (size_t i = 0; i < sizeof...(In); ++i) {
      const int64_t each = static_cast<int64_t>(kSizes[i]) * (args.splat[i] ? 1 : kVec);
      here.in[i] = static_cast<const char*>(args.in[i]) + piece.at[i] * each;
    }
    const Views<sizeof...(In), uint32_t> views(piece.plan);
    const int64_t n = piece.plan.num_elements;
    BroadcastKernel<kVec><<<Blocks(n), kBlockThreads, 0, stream>>>(here, views, static_cast<uint32_t>(n));
  });
}

// Output 0 = f(inputs order[0], order[1], …), broadcast to its shape: Out and In are the tensors' element types.
template <class F, class Out, class... In>
absl::Status ElementwiseOf(KernelContext& k, const std::array<int, sizeof...(In)>& order, F f = F()) {
  constexpr size_t kInputs = sizeof...(In);
  constexpr size_t kSizes[] = {sizeof(In)...};
  constexpr int kVec = kVecFor<F, Out, In...>, kVectors = kVectorsFor<F>;
  const Tensor& out = k.output(0);
  const int64_t n = out.num_elements();
  if (n == 0) return absl::OkStatus();
  ElementwiseArgs<F, Out, In...> args{f, out.mutable_data<Out>(), {}, {}};
  bool dense = true, aligned = IsAligned(args.out, sizeof(Out) * kVec);
  for (size_t i = 0; i < kInputs; ++i) {
    const Tensor& in = k.input(order[i]);
    args.in[i] = in.raw();
    args.splat[i] = n > 1 && in.num_elements() == 1;
    dense = dense && (args.splat[i] || in.num_elements() == n);
    aligned = aligned && (args.splat[i] || IsAligned(args.in[i], kSizes[i] * kVec));
  }
  if (dense) {
    const unsigned blocks = aligned ? Blocks(n, kBlockThreads, kVec * kVectors) : Blocks(n);
    DenseKernel<kVec, kVectors><<<blocks, kBlockThreads, 0, Stream(k)>>>(args, aligned ? n / kVec : 0, n);
    return Launched(k);
  }
  if constexpr (kInputs > 1) {
    absl::Span<const int64_t> shapes[kInputs];
    for (size_t i = 0; i < kInputs; ++i) shapes[i] = k.input(order[i]).shape().dims();
    ASSIGN_OR_RETURN(ViewPlan plan, ViewPlan::Broadcast(out.shape().dims(), shapes));
    bool splat[kMaxViews] = {};
    const bool vectors = kVec > 1 && aligned && WalkVectors(plan, kVec, splat);
    for (size_t i = 0; i < kInputs; ++i) args.splat[i] = splat[i];
    vectors ? LaunchBroadcast<kVec>(args, plan, Stream(k)) : LaunchBroadcast<1>(args, plan, Stream(k));
  }
  return Launched(k);
}

// The inputs in their own order.
template <class F, class Out, class... In>
absl::Status Elementwise(KernelContext& k, F f = F()) {
  std::array<int, sizeof...(In)> order;
  for (size_t i = 0; i < sizeof...(In); ++i) order[i] = static_cast<int>(i);
  return ElementwiseOf<F, Out, In...>(k, order, f);
}

// What a functor of elements of T gives: T, or for those that answer a question uint8_t, which is 0 or 1 as a bool is.
template <class F, class T, class... Same>
using ResultOf = std::invoke_result_t<F, Compute<T>, Same...>;
template <class T, class Result>
using StoredAs = std::conditional_t<std::is_same_v<Result, Compute<T>>, T, Result>;

template <class F, class T>
absl::Status UnaryKernel(KernelContext& k) {
  return Elementwise<F, StoredAs<T, ResultOf<F, T>>, T>(k);
}
template <class F, class T>
absl::Status BinaryKernel(KernelContext& k) {
  return Elementwise<F, StoredAs<T, ResultOf<F, T, Compute<T>>>, T, T>(k);
}

// Lists of element types, for rows that differ in nothing else.
template <class... Ts>
struct Types {};
using FloatTypes = Types<float, double, Float16, BFloat16>;
using SignedTypes = Types<int8_t, int16_t, int32_t, int64_t>;
using UnsignedTypes = Types<uint8_t, uint16_t, uint32_t, uint64_t>;

template <class F, class... Ts>
void AddUnary(std::vector<KernelRow>& rows, absl::string_view op, Types<Ts...>) {
  (rows.push_back({op, {DTypeOf<Ts>}, &UnaryKernel<F, Ts>, /*in_place=*/true}), ...);
}
template <class F, class... Ts>
void AddBinary(std::vector<KernelRow>& rows, absl::string_view op, Types<Ts...>) {
  (rows.push_back({op, {DTypeOf<Ts>}, &BinaryKernel<F, Ts>, /*in_place=*/true}), ...);
}

// T's dtype, and of an unsigned T also the signed one of its size: for functors to which the sign makes no difference.
template <class T>
DTypeSet SignMattersNot() {
  if constexpr (std::is_unsigned_v<T> && !std::is_same_v<T, bool>) {
    return {DTypeOf<T>, DTypeOf<std::make_signed_t<T>>};
  } else {
    return {DTypeOf<T>};
  }
}
template <class F, class... Ts>
void AddWrappingUnary(std::vector<KernelRow>& rows, absl::string_view op, Types<Ts...>) {
  (rows.push_back({op, SignMattersNot<Ts>(), &UnaryKernel<F, Ts>, /*in_place=*/true}), ...);
}
template <class F, class... Ts>
void AddWrappingBinary(std::vector<KernelRow>& rows, absl::string_view op, Types<Ts...>) {
  (rows.push_back({op, SignMattersNot<Ts>(), &BinaryKernel<F, Ts>, /*in_place=*/true}), ...);
}

}  // namespace eager::server::cuda
