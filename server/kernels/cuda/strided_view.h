// Where the elements of a broadcast or strided view lie: index arithmetic that host and devices share.
#pragma once

#include <cstdint>
#include <type_traits>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "server/kernels/cuda/fast_divide.h"

namespace eager::server::cuda {

inline constexpr int kMaxViewRank = 16;  // after neighbouring axes were joined
inline constexpr int kMaxViews = 4;

// Extents that several tensors are walked along together, innermost first, and each one's step along every axis, in
// elements. Axes of extent 1 are left out, and neighbours that all tensors lay out as one are one.
struct ViewPlan {
  int rank = 0;
  int64_t extents[kMaxViewRank] = {};
  int64_t steps[kMaxViews][kMaxViewRank] = {};
  int64_t num_elements = 1;

  // `extents` outermost first; steps[i] are tensor i's, as many. UNIMPLEMENTED if more than kMaxViewRank axes are left.
  static absl::StatusOr<ViewPlan> Make(absl::Span<const int64_t> extents, absl::Span<const absl::Span<const int64_t>> steps);
  // Dense tensors of these shapes, broadcast to `out`.
  static absl::StatusOr<ViewPlan> Broadcast(absl::Span<const int64_t> out, absl::Span<const absl::Span<const int64_t>> shapes);

  // Whether tensor i is dense in the order of the walk, or a single element throughout.
  bool Dense(int i) const { return rank == 0 || (rank == 1 && steps[i][0] == 1); }
  bool Single(int i) const;
};

// A plan as a kernel takes it: offsets of N tensors for the element of linear index `i`. Index is uint32_t where all
// indices fit (FitsIn32Bits), else int64_t.
template <int N, class Index>
struct Views {
  using Div = std::conditional_t<sizeof(Index) == 4, Divider, PlainDivider>;
  int rank = 0;
  Div extents[kMaxViewRank];
  Index steps[N][kMaxViewRank];

  explicit Views(const ViewPlan& plan) : rank(plan.rank) {
    for (int axis = 0; axis < rank; ++axis) {
      extents[axis] = Div(static_cast<Index>(plan.extents[axis]));
      for (int t = 0; t < N; ++t) steps[t][axis] = static_cast<Index>(plan.steps[t][axis]);
    }
  }

  struct Offsets {
    Index at[N];
  };
  EAGER_HOST_DEVICE Offsets operator()(Index i) const {
    Offsets offsets = {};
    for (int axis = 0; axis < rank; ++axis) {
      const Index outer = axis + 1 < rank ? static_cast<Index>(extents[axis].Divide(i)) : Index{0};
      const Index here = i - outer * static_cast<Index>(extents[axis].divisor);
      for (int t = 0; t < N; ++t) offsets.at[t] += here * steps[t][axis];
      i = outer;
    }
    return offsets;
  }
};

}  // namespace eager::server::cuda
