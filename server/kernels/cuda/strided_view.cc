#include "server/kernels/cuda/strided_view.h"

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"

namespace eager::server::cuda {

absl::StatusOr<ViewPlan> ViewPlan::Make(absl::Span<const int64_t> extents,
                                        absl::Span<const absl::Span<const int64_t>> steps) {
  ViewPlan plan;
  const int n = static_cast<int>(steps.size());
  for (int axis = static_cast<int>(extents.size()) - 1; axis >= 0; --axis) {
    const int64_t extent = extents[static_cast<size_t>(axis)];
    plan.num_elements *= extent;
    if (extent == 1) continue;
    // One with the axis inside it, if a step of this one is a whole turn of that one for every tensor.
    bool joins = plan.rank > 0;
    for (int t = 0; joins && t < n; ++t) {
      const int inner = plan.rank - 1;
      joins = steps[static_cast<size_t>(t)][static_cast<size_t>(axis)] == plan.steps[t][inner] * plan.extents[inner];
    }
    if (joins) {
      plan.extents[plan.rank - 1] *= extent;
      continue;
    }
    if (plan.rank == kMaxViewRank) {
      return absl::UnimplementedError(
          absl::StrCat("a walk along more than ", kMaxViewRank, " axes that cannot be joined has no kernel on a GPU"));
    }
    plan.extents[plan.rank] = extent;
    for (int t = 0; t < n; ++t) plan.steps[t][plan.rank] = steps[static_cast<size_t>(t)][static_cast<size_t>(axis)];
    ++plan.rank;
  }
  return plan;
}

absl::StatusOr<ViewPlan> ViewPlan::Broadcast(absl::Span<const int64_t> out,
                                             absl::Span<const absl::Span<const int64_t>> shapes) {
  absl::InlinedVector<absl::InlinedVector<int64_t, 6>, kMaxViews> steps;
  absl::InlinedVector<absl::Span<const int64_t>, kMaxViews> spans;
  for (const absl::Span<const int64_t> shape : shapes) {
    auto& mine = steps.emplace_back(out.size(), 0);
    int64_t step = 1;
    for (size_t back = 1; back <= shape.size(); ++back) {
      const int64_t extent = shape[shape.size() - back];
      mine[out.size() - back] = extent == 1 ? 0 : step;
      step *= extent;
    }
  }
  for (const auto& mine : steps) spans.push_back(mine);
  return Make(out, spans);
}

bool ViewPlan::Single(int i) const {
  for (int axis = 0; axis < rank; ++axis) {
    if (steps[i][axis] != 0) return false;
  }
  return true;
}

}  // namespace eager::server::cuda
