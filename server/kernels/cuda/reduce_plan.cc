#include "server/kernels/cuda/reduce_plan.h"

namespace eager::server::cuda {
namespace {

// Blocks that fill any GPU.
constexpr int64_t kManyBlocks = 1024;

void CutSegments(ReducePlan& p, int64_t wanted, int64_t at_most) {
  const int64_t segments = std::max<int64_t>(1, std::min(wanted, at_most));
  p.segment = std::max<int64_t>(1, CeilDiv(p.reduced_count, segments));
  p.segments = std::max<int64_t>(1, CeilDiv(p.reduced_count, p.segment));
}

void PlanRows(ReducePlan& p) {
  constexpr int64_t kLong = 1024, kLongForFew = 128, kFew = 2048;
  const int64_t n = p.reduced_count;
  if (n >= kLong || (n > kLongForFew && p.kept_count <= kFew)) {
    p.lanes = kReduceThreads;
    CutSegments(p, CeilDiv(kManyBlocks, p.kept_count), n / kLong);
  } else {
    // Loads in flight hide their latency: a few for each thread.
    const int64_t each = p.vec == 1 ? 4 : 2;
    p.lanes = PowerOf2AtLeast(std::min<int64_t>(32, CeilDiv(n, each)));
    CutSegments(p, 1, 1);
  }
  p.units = p.kept_count * p.segments;
  p.blocks = CeilDiv(p.units, p.groups());
}

void PlanColumns(ReducePlan& p) {
  constexpr int64_t kManyThreads = kManyBlocks * kReduceThreads, kRowsEach = 4;
  const int most_lanes = kReduceThreads / PowerOf2AtLeast(std::min<int64_t>(32, p.kept_count));
  p.lanes = 1;
  while (p.lanes < most_lanes && p.kept_count * p.lanes < kManyThreads && p.reduced_count >= 2 * kRowsEach * p.lanes) {
    p.lanes *= 2;
  }
  const int64_t tiles = CeilDiv(p.kept_count, p.groups());
  CutSegments(p, CeilDiv(kManyBlocks, tiles), p.reduced_count / (p.lanes * 4 * kRowsEach));
  p.units = tiles * p.segments;
  p.blocks = p.units;
}

}  // namespace

ReduceDims ReduceDims::Of(const Shape& shape, absl::Span<const int64_t> axes) {
  ReduceDims dims;
  for (int i = 0; i < shape.rank(); ++i) dims.Push(shape[i], false);
  for (const int64_t axis : axes) dims.reduced[static_cast<size_t>(axis < 0 ? axis + shape.rank() : axis)] = true;
  return dims;
}

absl::StatusOr<ReducePlan> MakeReducePlan(const ReduceDims& dims, int vec) {
  struct Run {
    int64_t extent;
    bool reduced;
  };
  absl::InlinedVector<Run, 8> runs;
  ReducePlan p;
  for (size_t i = 0; i < dims.extents.size(); ++i) {
    const int64_t extent = dims.extents[i];
    (dims.reduced[i] ? p.num_reduced : p.num_results) *= extent;
    if (extent == 1) continue;
    if (!runs.empty() && runs.back().reduced == dims.reduced[i]) {
      runs.back().extent *= extent;
    } else {
      runs.push_back({extent, dims.reduced[i]});
    }
  }
  p.kept_count = p.num_results;
  p.reduced_count = p.num_reduced;
  if (!runs.empty()) {
    p.rows = runs.back().reduced;
    p.vec = runs.back().extent % vec == 0 ? vec : 1;
    (p.rows ? p.reduced_count : p.kept_count) /= p.vec;
  }
  int64_t step = 1;
  for (size_t i = runs.size(); i-- > 0;) {
    const bool innermost = i + 1 == runs.size();
    const int64_t extent = runs[i].extent;
    Walk& walk = runs[i].reduced ? p.reduced : p.kept;
    if (!walk.Push(innermost ? extent / p.vec : extent, innermost ? p.vec : step)) {
      return absl::UnimplementedError(
          "a reduction whose axes alternate so often with those it keeps has no kernel on a GPU");
    }
    step *= extent;
  }
  if (p.num_results == 0) return p;
  p.rows ? PlanRows(p) : PlanColumns(p);
  return p;
}

}  // namespace eager::server::cuda
