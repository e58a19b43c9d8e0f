// Kernels of reductions over any axes: a plan of reduce_plan.h with a policy of reduce_fns.h.
//
// One pass over memory, no atomics: totals of segments, if there are any, are folded by a second, small launch.
#pragma once

#include <cstring>

#include "common/status_macros.h"
#include "server/kernels/cuda/launch.h"
#include "server/kernels/cuda/number.cuh"
#include "server/kernels/cuda/number_types.h"
#include "server/kernels/cuda/reduce_fns.h"
#include "server/kernels/cuda/reduce_fold.h"
#include "server/kernels/cuda/reduce_plan.h"

namespace eager::server::cuda {

// Where results go: as elements of T.
template <class T>
struct ElementSink {
  T* out;
  template <int n, class Value>
  __device__ void Store(int64_t first, const Value (&values)[n]) const {
    Elements<T, n> x;
#pragma unroll
    for (int v = 0; v < n; ++v) cuda::Store<T>(static_cast<Compute<T>>(values[v]), x.at[v]);
    *reinterpret_cast<Elements<T, n>*>(out + first) = x;
  }
};

// Or as integers of `bytes`.
struct IndexSink {
  void* out;
  int bytes;
  template <int n>
  __device__ void Store(int64_t first, const int64_t (&values)[n]) const {
    for (int v = 0; v < n; ++v) {
      if (bytes == 8) {
        static_cast<int64_t*>(out)[first + v] = values[v];
      } else if (bytes == 4) {
        static_cast<int32_t*>(out)[first + v] = static_cast<int32_t>(values[v]);
      } else {
        static_cast<int16_t*>(out)[first + v] = static_cast<int16_t>(values[v]);
      }
    }
  }
};

// The value of the thread of this warp whose number differs in `mask`. All threads of the warp take part.
template <class A>
__device__ __forceinline__ A ShuffleXor(const A& a, int mask) {
  static_assert(sizeof(A) % 4 == 0);
  uint32_t words[sizeof(A) / 4];
  memcpy(words, &a, sizeof(A));
#pragma unroll
  for (uint32_t& word : words) word = __shfl_xor_sync(~0u, word, mask);
  A b;
  memcpy(&b, words, sizeof(A));
  return b;
}

// Folds the totals of groups of `lanes` threads into their first threads' ones; all threads of the block take part.
template <class R>
__device__ typename R::Acc FoldGroup(const R& r, typename R::Acc total, int lanes) {
  for (int mask = min(lanes, 32) / 2; mask > 0; mask /= 2) total = r.Merge(total, ShuffleXor(total, mask));
  if (lanes <= 32) return total;
  constexpr int kWarps = kReduceThreads / 32;
  __shared__ typename R::Acc warps[kWarps];
  if (threadIdx.x % 32 == 0) warps[threadIdx.x / 32] = total;
  __syncthreads();
  if (threadIdx.x == 0) {
    for (int w = 1; w < kWarps; ++w) total = r.Merge(total, warps[w]);
  }
  __syncthreads();  // before the next call's totals
  return total;
}

struct DeviceLoad {
  template <class T>
  __device__ __forceinline__ Compute<T> operator()(const T& x) const {
    return Load(x);
  }
};

// `partial` is null, or takes the totals: a result's side by side.
template <int vec, class R, class T, class Sink>
__global__ void __launch_bounds__(kReduceThreads)
    ReduceRowsKernel(R r, const T* in, ReducePlan p, Sink sink, typename R::Acc* partial) {
  const int lane = static_cast<int>(threadIdx.x) & (p.lanes - 1), group = static_cast<int>(threadIdx.x) / p.lanes;
  const int groups = kReduceThreads / p.lanes;
  const int64_t step = static_cast<int64_t>(gridDim.x) * groups;
  // The whole block goes round as often as its first group.
  for (int64_t first = static_cast<int64_t>(blockIdx.x) * groups; first < p.units; first += step) {
    const int64_t unit = first + group;
    typename R::Acc total[1] = {r.Identity()};
    int64_t result = unit;
    if (unit < p.units) {
      int64_t begin = 0;
      if (p.segments > 1) {
        result = unit / p.segments;
        begin = (unit - result * p.segments) * p.segment;
      }
      const int64_t end = min(p.reduced_count, begin + p.segment);
      FoldPoints<true, vec>(r, in + p.kept(result), p.reduced, begin, end, lane, p.lanes, DeviceLoad(), total);
    }
    total[0] = FoldGroup(r, total[0], p.lanes);
    if (lane != 0 || unit >= p.units) continue;
    if (partial != nullptr) {
      partial[unit] = total[0];
    } else {
      const decltype(r.Final(total[0], 0)) value[1] = {r.Final(total[0], p.num_reduced)};
      sink.Store(result, value);
    }
  }
}

template <int vec, class R, class T, class Sink>
__global__ void __launch_bounds__(kReduceThreads)
    ReduceColumnsKernel(R r, const T* in, ReducePlan p, Sink sink, typename R::Acc* partial) {
  using Acc = typename R::Acc;
  __shared__ Acc shared[vec][kReduceThreads];
  const int self = static_cast<int>(threadIdx.x), width = kReduceThreads / p.lanes;
  const int column = self & (width - 1), lane = self / width;
  for (int64_t unit = blockIdx.x; unit < p.units; unit += gridDim.x) {
    const int64_t tile = p.segments > 1 ? unit / p.segments : unit, segment = unit - tile * p.segments;
    const int64_t point = tile * width + column;
    Acc totals[vec];
    if (point < p.kept_count) {
      const int64_t begin = segment * p.segment, end = min(p.reduced_count, begin + p.segment);
      FoldPoints<false, vec>(r, in + p.kept(point), p.reduced, begin, end, lane, p.lanes, DeviceLoad(), totals);
    } else {
#pragma unroll
      for (int v = 0; v < vec; ++v) totals[v] = r.Identity();
    }
    if (p.lanes > 1) {
#pragma unroll
      for (int v = 0; v < vec; ++v) shared[v][self] = totals[v];
      __syncthreads();
      for (int half = p.lanes / 2; half > 0; half /= 2) {
        if (lane < half) {
#pragma unroll
          for (int v = 0; v < vec; ++v) shared[v][self] = r.Merge(shared[v][self], shared[v][self + half * width]);
        }
        __syncthreads();
      }
#pragma unroll
      for (int v = 0; v < vec; ++v) totals[v] = shared[v][self];
    }
    if (lane != 0 || point >= p.kept_count) continue;
    if (partial != nullptr) {
#pragma unroll
      for (int v = 0; v < vec; ++v) partial[(point * vec + v) * p.segments + segment] = totals[v];
    } else {
      decltype(r.Final(totals[0], 0)) values[vec];
#pragma unroll
      for (int v = 0; v < vec; ++v) values[v] = r.Final(totals[v], p.num_reduced);
      sink.Store(point * vec, values);
    }
  }
}

inline unsigned GridOf(const ReducePlan& p) { return Blocks(p.blocks, 1); }

template <class R, class T, class Sink>
void LaunchReduce(cudaStream_t stream, const ReducePlan& p, R r, const T* in, Sink sink, typename R::Acc* partial,
                  std::integral_constant<int, 1>) {
  const auto kernel = p.rows ? ReduceRowsKernel<1, R, T, Sink> : ReduceColumnsKernel<1, R, T, Sink>;
  kernel<<<GridOf(p), kReduceThreads, 0, stream>>>(r, in, p, sink, partial);
}
template <class R, class T, class Sink, int vec>
void LaunchReduce(cudaStream_t stream, const ReducePlan& p, R r, const T* in, Sink sink, typename R::Acc* partial,
                  std::integral_constant<int, vec>) {
  if (p.vec == 1) return LaunchReduce(stream, p, r, in, sink, partial, std::integral_constant<int, 1>());
  const auto kernel = p.rows ? ReduceRowsKernel<vec, R, T, Sink> : ReduceColumnsKernel<vec, R, T, Sink>;
  kernel<<<GridOf(p), kReduceThreads, 0, stream>>>(r, in, p, sink, partial);
}

// sink = r over the reduced axes of `dims`, which are `in`'s.
template <class T, class R, class Sink>
absl::Status Reduce(const KernelContext& k, const ReduceDims& dims, R r, const void* in, Sink sink) {
  // 16 bytes at a time, but no more totals than registers hold.
  constexpr int kVec = sizeof(T) >= 16 ? 1 : sizeof(T) >= 2 ? 16 / static_cast<int>(sizeof(T)) : 8;
  const bool aligned = reinterpret_cast<uintptr_t>(in) % (sizeof(T) * kVec) == 0;
  ASSIGN_OR_RETURN(const ReducePlan p, MakeReducePlan(dims, aligned ? kVec : 1));
  if (p.num_results == 0) return absl::OkStatus();
  const cudaStream_t stream = Stream(k);
  const T* const x = static_cast<const T*>(in);
  constexpr std::integral_constant<int, kVec> kWidth;
  if (p.segments == 1) {
    LaunchReduce(stream, p, r, x, sink, nullptr, kWidth);
    return Launched(k);
  }
  using Acc = typename R::Acc;
  ASSIGN_OR_RETURN(const BufferRef scratch, Scratch(k, p.num_results * p.segments * static_cast<int64_t>(sizeof(Acc))));
  Acc* const partial = static_cast<Acc*>(scratch->data());
  LaunchReduce(stream, p, r, x, sink, partial, kWidth);
  ReduceDims totals;
  totals.Push(p.num_results, false);
  totals.Push(p.segments, true);
  ASSIGN_OR_RETURN(ReducePlan last, MakeReducePlan(totals, 1));
  last.num_reduced = p.num_reduced;
  ReduceRowsKernel<1, TotalsFn<R>, Acc, Sink>
      <<<GridOf(last), kReduceThreads, 0, stream>>>({r}, partial, last, sink, nullptr);
  return Launched(k);
}

// Output 0 = a policy over the axes that input 1 names: make.template operator()<T>() is the policy for elements of T.
template <class Make>
absl::Status ReduceAxes(KernelContext& k, Make make) {
  return WithNumber(k.input(0).dtype(), [&]<class T>() {
    return Reduce<T>(k, ReduceDims::Of(k.input(0).shape(), k.ints(1)), make.template operator()<T>(), k.input(0).raw(),
                     ElementSink<T>{k.output(0).mutable_data<T>()});
  });
}

}  // namespace eager::server::cuda
