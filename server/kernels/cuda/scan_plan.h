// How running sums along one axis are spread over a GPU's threads.
//
// A line is the elements along the axis, of which there are outer * inner. Lines are cut into segments where there are
// few: a first launch finds the segments' totals, a second what comes before each, a third writes. By blocks, the
// threads of a block share a line's segment; else each thread has one of its own, side by side with the neighbouring
// lines'.
#pragma once

#include "common/shape.h"
#include "server/kernels/cuda/walk.h"

namespace eager::server::cuda {

// Neighbours that a thread of a block takes at once.
inline constexpr int kScanItems = 4;

struct ScanPlan {
  int64_t n = 1;      // elements of a line
  int64_t inner = 1;  // the step from one to the next
  int64_t lines = 1;
  bool reverse = false, exclusive = false;
  bool by_blocks = false;
  int threads = 256;  // of a block
  int64_t segment = 1, segments = 1;

  // Line q's element at `position` of the walk, which begins at the end if it is reversed.
  EAGER_HOST_DEVICE int64_t At(int64_t q, int64_t position) const {
    const int64_t outer = inner == 1 ? q : q / inner;
    return outer * n * inner + (q - outer * inner) + (reverse ? n - 1 - position : position) * inner;
  }
  EAGER_HOST_DEVICE int64_t units() const { return lines * segments; }
  // Elements that a block takes at once.
  EAGER_HOST_DEVICE int64_t tile() const { return int64_t{threads} * kScanItems; }
};

// `axis` was checked by the op's inference.
inline ScanPlan MakeScanPlan(const Shape& shape, int64_t axis, bool exclusive, bool reverse) {
  ScanPlan p;
  if (axis < 0) axis += shape.rank();
  int64_t outer = 1;
  for (int i = 0; i < shape.rank(); ++i) (i < axis ? outer : i == axis ? p.n : p.inner) *= shape[i];
  p.lines = outer * p.inner;
  p.reverse = reverse;
  p.exclusive = exclusive;
  p.segment = std::max<int64_t>(1, p.n);
  // Lines side by side are read side by side; others by threads that have neighbours of one line, unless it is short.
  constexpr int64_t kFewInner = 4, kShort = 32;
  p.by_blocks = p.inner <= kFewInner && p.n > kShort;
  constexpr int64_t kManyBlocks = 1024, kMostSegments = 1024, kLeastSegment = 64;
  if (p.by_blocks) {
    p.threads = static_cast<int>(std::min<int64_t>(256, 32 * CeilDiv(p.n, 32 * kScanItems)));
    const int64_t segments = std::min(CeilDiv(kManyBlocks, std::max<int64_t>(1, p.lines)), p.n / (4 * p.tile()));
    if (segments > 1) p.segment = CeilDiv(CeilDiv(p.n, segments), p.tile()) * p.tile();
  } else {
    const int64_t wanted = CeilDiv(kManyBlocks * 128, std::max<int64_t>(1, p.lines));
    const int64_t segments = std::min({wanted, p.n / kLeastSegment, kMostSegments});
    if (segments > 1) p.segment = CeilDiv(p.n, segments);
  }
  p.segments = std::max<int64_t>(1, CeilDiv(p.n, p.segment));
  return p;
}

// The plan for what comes before each of `segments` totals of `lines`, which lie side by side.
inline ScanPlan PlanOfTotals(const ScanPlan& of) {
  ScanPlan p;
  p.n = p.segment = of.segments;
  p.lines = of.lines;
  p.exclusive = true;
  p.by_blocks = true;
  return p;
}

}  // namespace eager::server::cuda
