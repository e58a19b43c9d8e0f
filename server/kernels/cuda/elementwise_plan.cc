#include "server/kernels/cuda/elementwise_plan.h"

#include <algorithm>

namespace eager::server::cuda {
namespace {

void Visit(Piece piece, int64_t most, absl::FunctionRef<void(const Piece&)> f) {
  ViewPlan& plan = piece.plan;
  if (plan.num_elements <= most) return f(piece);
  const int outer = plan.rank - 1;
  const int64_t extent = plan.extents[outer], inside = plan.num_elements / extent;
  const int64_t each = std::max<int64_t>(most / inside, 1);
  const Piece whole = piece;
  for (int64_t begin = 0; begin < extent; begin += each) {
    const int64_t count = std::min(each, extent - begin);
    plan = whole.plan;
    plan.extents[outer] = count;
    plan.num_elements = inside * count;
    if (count == 1) --plan.rank;
    piece.first = whole.first + begin * inside;
    for (int t = 0; t < kMaxViews; ++t) piece.at[t] = whole.at[t] + begin * plan.steps[t][outer];
    Visit(piece, most, f);
  }
}

}  // namespace

bool WalkVectors(ViewPlan& plan, int vec, bool (&splat)[kMaxViews]) {
  if (plan.rank == 0 || plan.extents[0] % vec != 0) return false;
  for (int t = 0; t < kMaxViews; ++t) {
    if (plan.steps[t][0] == 0) continue;
    if (plan.steps[t][0] != 1) return false;
    for (int axis = 1; axis < plan.rank; ++axis) {
      if (plan.steps[t][axis] % vec != 0) return false;
    }
  }
  plan.extents[0] /= vec;
  plan.num_elements /= vec;
  for (int t = 0; t < kMaxViews; ++t) {
    splat[t] = plan.steps[t][0] == 0;
    for (int axis = 1; axis < plan.rank && !splat[t]; ++axis) plan.steps[t][axis] /= vec;
  }
  return true;
}

void ForEachPiece(const ViewPlan& plan, int64_t most, absl::FunctionRef<void(const Piece&)> f) {
  Visit(Piece{plan}, most, f);
}

}  // namespace eager::server::cuda
