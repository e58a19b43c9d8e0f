// What one thread of a reduction does, on hosts and devices: a policy of reduce_fns.h over its share of a plan.
#pragma once

#include "server/kernels/cuda/walk.h"

// Loops over registers are unrolled on devices; what is called with a kernel's parameters is inlined, so that they are
// not copied to memory.
#if defined(__CUDACC__)
#define EAGER_UNROLL _Pragma("unroll")
#define EAGER_INLINE __forceinline__
#else
#define EAGER_UNROLL
#define EAGER_INLINE inline
#endif

namespace eager::server::cuda {

// Elements that a thread loads in one instruction.
template <class T, int n>
struct alignas(sizeof(T) * n) Elements {
  T at[n];
};

// Loads that a thread has in flight, and how many rounds of them it adds up before it goes over to the wider type.
inline constexpr int kFoldLoads = 4;
inline constexpr int kFoldRounds = 16;

// As FoldPoints; offset(j) is where point j begins.
template <bool kRows, int vec, class R, class T, class Offset, class Load>
EAGER_HOST_DEVICE EAGER_INLINE void FoldAt(const R& r, const T* in, const Offset& offset, int64_t begin, int64_t end,
                                           int lane, int lanes, Load load, typename R::Acc (&totals)[kRows ? 1 : vec]) {
  for (auto& total : totals) total = r.Identity();
  for (int64_t j = begin + lane; j < end;) {
    typename R::Lane sums[vec];
    for (int v = 0; v < vec; ++v) sums[v] = r.Start();
    for (int round = 0; round < kFoldRounds && j < end; ++round, j += kFoldLoads * lanes) {
      Elements<T, vec> x[kFoldLoads];
      EAGER_UNROLL
      for (int u = 0; u < kFoldLoads; ++u) {
        const int64_t at = j + u * lanes;
        if (at < end) x[u] = *reinterpret_cast<const Elements<T, vec>*>(in + offset(at));
      }
      EAGER_UNROLL
      for (int u = 0; u < kFoldLoads; ++u) {
        const int64_t at = j + u * lanes;
        if (at >= end) continue;
        EAGER_UNROLL
        for (int v = 0; v < vec; ++v) sums[v] = r.Fold(sums[v], r.Map(load(x[u].at[v]), kRows ? at * vec + v : at));
      }
    }
    if constexpr (kRows) {
      for (int v = 1; v < vec; ++v) sums[0] = r.Fold(sums[0], sums[v]);
      totals[0] = r.Merge(totals[0], r.Widen(sums[0]));
    } else {
      for (int v = 0; v < vec; ++v) totals[v] = r.Merge(totals[v], r.Widen(sums[v]));
    }
  }
}

// Points along one axis.
struct LinearOffset {
  int64_t step;
  EAGER_HOST_DEVICE int64_t operator()(int64_t i) const { return i * step; }
};

// Every `lanes`-th point of [begin, end) of `points` from `lane` on, `vec` elements each, which begin at `in`: one
// total for all (rows), or one for each of the `vec` (columns). load(T) is an element's value.
template <bool kRows, int vec, class R, class T, class Load>
EAGER_HOST_DEVICE EAGER_INLINE void FoldPoints(const R& r, const T* in, const Walk& points, int64_t begin, int64_t end,
                                               int lane, int lanes, Load load,
                                               typename R::Acc (&totals)[kRows ? 1 : vec]) {
  if (points.rank <= 1) {
    FoldAt<kRows, vec>(r, in, LinearOffset{points.steps[0]}, begin, end, lane, lanes, load, totals);
  } else {
    FoldAt<kRows, vec>(r, in, points, begin, end, lane, lanes, load, totals);
  }
}

}  // namespace eager::server::cuda
