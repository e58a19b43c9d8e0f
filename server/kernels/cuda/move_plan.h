// Where the elements of a dense tensor lie in another one: a rule for each axis. Index arithmetic of what slicing,
// padding, rolling, transposing and tiling have in common, shared by host and devices.
#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "server/kernels/cuda/fast_divide.h"
#include "server/kernels/cuda/strided_view.h"

namespace eager::server::cuda {

inline constexpr int kMaxMoveRank = 16;  // after neighbouring axes were joined

// What coordinate x of the other tensor belongs to coordinate c of the one that is walked.
enum class AxisRule : int32_t {
  kPlain,   // x = c
  kWindow,  // x = c - shift; none outside of [0, inside)
  kMirror,  // x = c - shift, reflected at both ends of [0, inside)
  kRoll,    // x = c - shift, modulo the extent
  kEvery,   // c = shift + x * every; none between, and none outside of [0, inside)
  kBlocks,  // c + shift = x * every + y: the block x of so many, and the place y in it, `part_step` apart
};

// One axis of the tensor that is walked. Neighbours along the other's axis are `step` elements apart: 0 repeats an
// element, negative goes backwards.
struct MoveAxis {
  int64_t extent = 1;
  int64_t step = 0;
  AxisRule rule = AxisRule::kPlain;
  int64_t shift = 0, inside = 0;
  int64_t edge = 0;  // kMirror: 1 where the edge itself is not repeated
  int64_t every = 1, part_step = 0;

  static MoveAxis Plain(int64_t extent, int64_t step) { return {extent, step}; }
  static MoveAxis Window(int64_t extent, int64_t step, int64_t shift, int64_t inside) {
    return {extent, step, AxisRule::kWindow, shift, inside};
  }
  static MoveAxis Mirror(int64_t extent, int64_t step, int64_t shift, int64_t inside, int64_t edge) {
    return {extent, step, AxisRule::kMirror, shift, inside, edge};
  }
  static MoveAxis Roll(int64_t extent, int64_t step, int64_t shift) {
    return {extent, step, AxisRule::kRoll, shift, extent};
  }
  static MoveAxis Every(int64_t extent, int64_t step, int64_t shift, int64_t inside, int64_t every) {
    return {extent, step, AxisRule::kEvery, shift, inside, 0, every};
  }
  static MoveAxis Blocks(int64_t extent, int64_t step, int64_t part_step, int64_t shift, int64_t every) {
    return {extent, step, AxisRule::kBlocks, shift, 0, 0, every, part_step};
  }
};

using MoveAxes = absl::InlinedVector<MoveAxis, 8>;

// The axes of a walk, innermost first, at least one; those that both tensors lay out as one are one.
struct MovePlan {
  int rank = 0;
  MoveAxis axes[kMaxMoveRank];
  int64_t origin = 0;          // where x = (0, …, 0) lies in the other tensor
  int64_t num_elements = 1;    // of the tensor that is walked
  int64_t other_elements = 0;  // of the other
  bool plain = true;           // all axes are

  // `axes` outermost first. UNIMPLEMENTED if more than kMaxMoveRank are left.
  static absl::StatusOr<MovePlan> Make(absl::Span<const MoveAxis> axes, int64_t origin, int64_t other_elements);

  // Moves pieces of up to 16 bytes in place of elements of `size` where both tensors, at these addresses, are made of
  // such pieces. Gives their size.
  int64_t Widen(int64_t size, uintptr_t walked, uintptr_t other);
  bool Dense() const { return plain && rank == 1 && (axes[0].step == 1 || axes[0].extent == 1); }
  // Whether 32 bits hold all indices, also where a thread steps once beyond the end.
  bool Small() const { return num_elements < (int64_t{1} << 30) && other_elements < (int64_t{1} << 30); }
};

// One axis as a kernel takes it.
template <class Index>
struct PlainViewAxis {
  using Div = std::conditional_t<sizeof(Index) == 4, Divider, PlainDivider>;
  Div extent;
  Index step;

  void Set(const MoveAxis& a) {
    extent = Div(static_cast<Index>(a.extent));
    step = static_cast<Index>(a.step);
  }
};
template <class Index>
struct RuleViewAxis : PlainViewAxis<Index> {
  using typename PlainViewAxis<Index>::Div;
  AxisRule rule;
  Index shift, inside, edge, part_step;
  Div every;

  void Set(const MoveAxis& a) {
    PlainViewAxis<Index>::Set(a);
    rule = a.rule;
    shift = static_cast<Index>(a.shift);
    inside = static_cast<Index>(a.inside);
    edge = static_cast<Index>(a.edge);
    part_step = static_cast<Index>(a.part_step);
    every = Div(static_cast<Index>(a.every));
  }
};

// A plan as a kernel takes it. Index is uint32_t where the plan is small, else int64_t. Without kRules all axes are
// plain.
template <class Index, bool kRules>
struct MoveView {
  using Axis = std::conditional_t<kRules, RuleViewAxis<Index>, PlainViewAxis<Index>>;
  int rank;
  Index origin;
  Axis axes[kMaxMoveRank];

  explicit MoveView(const MovePlan& plan) : rank(plan.rank), origin(static_cast<Index>(plan.origin)) {
    for (int i = 0; i < rank; ++i) axes[i].Set(plan.axes[i]);
  }

  // Adds to `offset` what coordinate c of an axis brings. False: the other tensor has nothing there.
  EAGER_HOST_DEVICE static bool Place(const Axis& a, Index c, Index& offset) {
    Index x = c;
    if constexpr (kRules) {
      using Unsigned = std::make_unsigned_t<Index>;
      switch (a.rule) {
        case AxisRule::kPlain:
          break;
        case AxisRule::kWindow:
          x = c - a.shift;
          if (static_cast<Unsigned>(x) >= static_cast<Unsigned>(a.inside)) return false;
          break;
        case AxisRule::kMirror:
          if (c < a.shift) {
            x = a.shift - c - 1 + a.edge;
          } else if (c - a.shift >= a.inside) {
            x = 2 * a.inside - 1 - a.edge - (c - a.shift);
          } else {
            x = c - a.shift;
          }
          break;
        case AxisRule::kRoll:
          x = c < a.shift ? c + a.inside - a.shift : c - a.shift;
          break;
        case AxisRule::kEvery: {
          if (c < a.shift) return false;
          x = static_cast<Index>(a.every.Divide(c - a.shift));
          if (x * static_cast<Index>(a.every.divisor) != c - a.shift || x >= a.inside) return false;
          break;
        }
        case AxisRule::kBlocks: {
          x = static_cast<Index>(a.every.Divide(c + a.shift));
          offset += (c + a.shift - x * static_cast<Index>(a.every.divisor)) * a.part_step;
          break;
        }
      }
    }
    offset += x * a.step;
    return true;
  }

  // An element's coordinate along the innermost axis, and what the others bring.
  struct Row {
    Index at;
    Index offset;
    bool inside;
  };
  EAGER_HOST_DEVICE Row RowOf(Index i) const {
    Index outer = rank > 1 ? static_cast<Index>(axes[0].extent.Divide(i)) : Index{0};
    Row row{i - outer * static_cast<Index>(axes[0].extent.divisor), origin, true};
    for (int axis = 1; axis < rank; ++axis) {
      const Index next = axis + 1 < rank ? static_cast<Index>(axes[axis].extent.Divide(outer)) : Index{0};
      row.inside =
          Place(axes[axis], outer - next * static_cast<Index>(axes[axis].extent.divisor), row.offset) && row.inside;
      outer = next;
    }
    return row;
  }

  // Where the elements i, …, i + n - 1 lie, which all must exist.
  template <int n>
  EAGER_HOST_DEVICE void Find(Index i, Index (&offsets)[n], bool (&inside)[n]) const {
    Row row = RowOf(i);
#if defined(__CUDACC__)
#pragma unroll
#endif
    for (int j = 0; j < n; ++j) {
      offsets[j] = row.offset;
      inside[j] = Place(axes[0], row.at, offsets[j]) && row.inside;
      ++row.at;
      if (j + 1 < n && row.at == static_cast<Index>(axes[0].extent.divisor)) row = RowOf(i + static_cast<Index>(j + 1));
    }
  }
};

// The sides of tiles: a row of a large one is as long as a row of 32 elements of 4 bytes.
inline constexpr int kTileSide = 32, kLargeTileSide = 64;

// A transposition in tiles: the other tensor is dense along its rows, the walked one along columns.
struct TilePlan {
  int side = kTileSide;
  int64_t rows = 0, columns = 0;
  int64_t column_step = 0;  // in the other
  int64_t row_step = 0;     // in the one that is walked
  int64_t origin = 0;
  ViewPlan matrices;  // the axes besides: steps of the other, then of the one that is walked
  int64_t num_tiles = 0;

  // None if the walk is not of this kind, or so narrow that tiles would be mostly empty. `size` is an element's.
  static std::optional<TilePlan> Make(const MovePlan& plan, int64_t size);
};

template <class Index, int kSide>
struct TileView {
  using Div = std::conditional_t<sizeof(Index) == 4, Divider, PlainDivider>;
  Index rows, columns, column_step, row_step, origin;
  Div down, across;  // tiles in a matrix
  Views<2, Index> matrices;
  Index num_tiles;

  explicit TileView(const TilePlan& p)
      : rows(static_cast<Index>(p.rows)),
        columns(static_cast<Index>(p.columns)),
        column_step(static_cast<Index>(p.column_step)),
        row_step(static_cast<Index>(p.row_step)),
        origin(static_cast<Index>(p.origin)),
        down(static_cast<Index>((p.rows + kSide - 1) / kSide)),
        across(static_cast<Index>((p.columns + kSide - 1) / kSide)),
        matrices(p.matrices),
        num_tiles(static_cast<Index>(p.num_tiles)) {}

  struct Tile {
    Index row, column;    // its first ones
    Index other, walked;  // where its matrix begins
  };
  EAGER_HOST_DEVICE Tile operator()(Index tile) const {
    const Index above = static_cast<Index>(across.Divide(tile));
    const Index matrix = static_cast<Index>(down.Divide(above));
    const auto offsets = matrices(matrix);
    return {(above - matrix * static_cast<Index>(down.divisor)) * kSide,
            (tile - above * static_cast<Index>(across.divisor)) * kSide, origin + offsets.at[0], offsets.at[1]};
  }
  EAGER_HOST_DEVICE bool Inside(Index row, Index column) const { return row < rows && column < columns; }
  EAGER_HOST_DEVICE Index Other(const Tile& t, Index row, Index column) const {
    return t.other + column * column_step + row;
  }
  EAGER_HOST_DEVICE Index Walked(const Tile& t, Index row, Index column) const {
    return t.walked + row * row_step + column;
  }
};

}  // namespace eager::server::cuda
