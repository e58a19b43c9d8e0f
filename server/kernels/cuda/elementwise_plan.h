// How elementwise kernels walk broadcast tensors: in vectors where they can, in pieces that 32-bit indices reach.
#pragma once

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "server/kernels/cuda/strided_view.h"

namespace eager::server::cuda {

inline bool IsAligned(const void* address, size_t bytes) { return reinterpret_cast<uintptr_t>(address) % bytes == 0; }

// Turns a walk of elements into one of vectors of `vec` neighbours along the innermost axis. Steps of the tensors that
// are dense along it then count vectors; those of the others, of which one element serves a whole vector (`splat`), go
// on counting elements. False, with the plan as it was, if the axis is no multiple of `vec` or a tensor strides along it.
bool WalkVectors(ViewPlan& plan, int vec, bool (&splat)[kMaxViews]);

// A part of a walk, and where its first element lies: in the order of the whole walk and in every tensor.
struct Piece {
  ViewPlan plan;
  int64_t first = 0;
  int64_t at[kMaxViews] = {};
};

// Calls f for pieces of at most `most` elements, in order. One piece if the walk is no longer than that.
void ForEachPiece(const ViewPlan& plan, int64_t most, absl::FunctionRef<void(const Piece&)> f);

}  // namespace eager::server::cuda
