// How a reduction over any axes is spread over a GPU's threads.
//
// Axes of extent 1 vanish and neighbours of one kind become one, so that two forms are left, told apart by the
// innermost axis: reduced (threads side by side fold neighbours of one result: rows) or kept (threads side by side have
// results side by side: columns). Long reductions of few results are cut into segments, whose totals a second launch
// folds. Plans follow from the shapes alone, so that results do not depend on the GPU.
#pragma once

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "common/shape.h"
#include "server/kernels/cuda/walk.h"

namespace eager::server::cuda {

// Threads of a block.
inline constexpr int kReduceThreads = 256;

// A tensor's extents, and which of its axes are reduced.
struct ReduceDims {
  absl::InlinedVector<int64_t, 8> extents;
  absl::InlinedVector<bool, 8> reduced;

  void Push(int64_t extent, bool is_reduced) {
    extents.push_back(extent);
    reduced.push_back(is_reduced);
  }
  // `axes` were checked by the op's inference.
  static ReduceDims Of(const Shape& shape, absl::Span<const int64_t> axes);
};

struct ReducePlan {
  bool rows = false;   // the innermost axis is reduced
  int vec = 1;         // neighbours that a thread takes at once: of one result (rows), or each of its own (columns)
  Walk kept, reduced;  // where a result's elements begin (columns: those of `vec` results); where they are from there
  int64_t kept_count = 1;     // points of `kept`
  int64_t reduced_count = 1;  // points of `reduced`
  int64_t num_results = 1;
  int64_t num_reduced = 1;  // elements that make one result
  // Threads that share a point of `kept`, a power of two: rows at most 32 or the whole block.
  int lanes = 1;
  // Runs of `segment` points of `reduced`, each by other threads.
  int64_t segments = 1;
  int64_t segment = 1;
  int64_t units = 1;   // pieces of work of `lanes` threads (rows) or of a block (columns)
  int64_t blocks = 1;  // that have one piece each

  int groups() const { return kReduceThreads / lanes; }
};

// `vec`: how many elements may be taken at once where the innermost axis allows it. UNIMPLEMENTED if reduced and kept
// axes alternate more often than anybody wants.
absl::StatusOr<ReducePlan> MakeReducePlan(const ReduceDims& dims, int vec);

}  // namespace eager::server::cuda
