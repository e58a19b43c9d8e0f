#include "server/kernels/cuda/move_plan.h"

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"

namespace eager::server::cuda {
namespace {

// An axis whose rule does nothing is plain: those can be joined with others.
MoveAxis Simplified(MoveAxis a, int64_t& origin) {
  switch (a.rule) {
    case AxisRule::kPlain:
      return a;
    case AxisRule::kWindow:
    case AxisRule::kMirror:
    case AxisRule::kRoll:
      return a.shift == 0 && a.inside == a.extent ? MoveAxis::Plain(a.extent, a.step) : a;
    case AxisRule::kEvery:
      return a.every == 1 ? Simplified(MoveAxis::Window(a.extent, a.step, a.shift, a.inside), origin) : a;
    case AxisRule::kBlocks:
      if (a.every != 1) return a;
      origin += a.shift * a.step;
      return MoveAxis::Plain(a.extent, a.step);
  }
  return a;
}

bool MovesWhole(AxisRule rule) {
  return rule == AxisRule::kPlain || rule == AxisRule::kWindow || rule == AxisRule::kRoll;
}

}  // namespace

absl::StatusOr<MovePlan> MovePlan::Make(absl::Span<const MoveAxis> axes, int64_t origin, int64_t other_elements) {
  MovePlan plan;
  plan.origin = origin;
  plan.other_elements = other_elements;
  for (size_t i = axes.size(); i-- > 0;) {
    const MoveAxis a = Simplified(axes[i], plan.origin);
    plan.num_elements *= a.extent;
    if (a.extent == 1 && a.rule == AxisRule::kPlain) continue;
    if (plan.rank > 0) {
      MoveAxis& inner = plan.axes[plan.rank - 1];
      if (inner.rule == AxisRule::kPlain && MovesWhole(a.rule) && a.step == inner.step * inner.extent) {
        const int64_t whole = inner.extent;
        inner = {a.extent * whole, inner.step, a.rule, a.shift * whole, a.inside * whole};
        continue;
      }
    }
    if (plan.rank == kMaxMoveRank) {
      return absl::UnimplementedError(
          absl::StrCat("a walk along more than ", kMaxMoveRank, " axes that cannot be joined has no kernel on a GPU"));
    }
    plan.axes[plan.rank++] = a;
  }
  if (plan.rank == 0) plan.axes[plan.rank++] = MoveAxis::Plain(1, 0);
  for (int i = 0; i < plan.rank; ++i) plan.plain = plan.plain && plan.axes[i].rule == AxisRule::kPlain;
  return plan;
}

int64_t MovePlan::Widen(int64_t size, uintptr_t walked, uintptr_t other) {
  MoveAxis& inner = axes[0];
  if (inner.step != 1 || !MovesWhole(inner.rule)) return size;
  for (int64_t wide = 16; wide > size; wide /= 2) {
    const int64_t ratio = wide / size;
    bool fits = (walked | other) % static_cast<uintptr_t>(wide) == 0 &&
                (origin | inner.extent | inner.shift | inner.inside) % ratio == 0;
    for (int i = 1; fits && i < rank; ++i) fits = axes[i].step % ratio == 0 && axes[i].part_step % ratio == 0;
    if (!fits) continue;
    inner.extent /= ratio;
    inner.shift /= ratio;
    inner.inside /= ratio;
    for (int i = 1; i < rank; ++i) {
      axes[i].step /= ratio;
      axes[i].part_step /= ratio;
    }
    origin /= ratio;
    num_elements /= ratio;
    other_elements /= ratio;
    return wide;
  }
  return size;
}

std::optional<TilePlan> TilePlan::Make(const MovePlan& plan, int64_t size) {
  constexpr int64_t kNarrow = 8;
  const MoveAxis& columns = plan.axes[0];
  if (!plan.plain || columns.step == 0 || columns.step == 1 || columns.extent < kNarrow) return std::nullopt;
  TilePlan tiles;
  tiles.columns = columns.extent;
  tiles.column_step = columns.step;
  tiles.origin = plan.origin;
  absl::InlinedVector<int64_t, 8> extents, other, walked;
  int64_t step = columns.extent;
  for (int i = 1; i < plan.rank; ++i) {
    const MoveAxis& a = plan.axes[i];
    if (tiles.rows == 0 && a.step == 1 && a.extent >= kNarrow) {
      tiles.rows = a.extent;
      tiles.row_step = step;
    } else {
      extents.insert(extents.begin(), a.extent);
      other.insert(other.begin(), a.step);
      walked.insert(walked.begin(), step);
    }
    step *= a.extent;
  }
  if (tiles.rows == 0) return std::nullopt;
  const absl::Span<const int64_t> steps[] = {other, walked};
  absl::StatusOr<ViewPlan> matrices = ViewPlan::Make(extents, steps);
  if (!matrices.ok()) return std::nullopt;  // too many axes
  tiles.matrices = *matrices;
  if (size <= 2 && tiles.rows >= kLargeTileSide && tiles.columns >= kLargeTileSide) tiles.side = kLargeTileSide;
  tiles.num_tiles = matrices->num_elements * ((tiles.rows + tiles.side - 1) / tiles.side) *
                    ((tiles.columns + tiles.side - 1) / tiles.side);
  return tiles;
}

}  // namespace eager::server::cuda
