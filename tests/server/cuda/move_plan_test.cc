#include "server/kernels/cuda/move_plan.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "server/kernels/cpu/strided_copy.h"

namespace eager::server::cuda {
namespace {

using Dims = std::vector<int64_t>;
using Values = std::vector<int64_t>;

int64_t Product(const Dims& dims) { return std::accumulate(dims.begin(), dims.end(), int64_t{1}, std::multiplies<>()); }

Values Iota(int64_t n) {
  Values v(static_cast<size_t>(n));
  std::iota(v.begin(), v.end(), 1);
  return v;
}

// The coordinates of element i of a dense tensor.
Dims Coordinates(const Dims& shape, int64_t i) {
  Dims at(shape.size());
  for (size_t a = shape.size(); a-- > 0; i /= shape[a]) at[a] = i % shape[a];
  return at;
}

int64_t Linear(const Dims& shape, const Dims& at) {
  int64_t i = 0;
  for (size_t a = 0; a < shape.size(); ++a) i = i * shape[a] + at[a];
  return i;
}

// As a kernel gathers: n elements at a time, the rest one by one; 0 where there is none.
template <class Index, bool kRules, int n>
Values GatherBy(const MovePlan& plan, const Values& from) {
  const MoveView<Index, kRules> view(plan);
  Values to(static_cast<size_t>(plan.num_elements), -1);
  const auto move = [&]<int m>(int64_t i, std::integral_constant<int, m>) {
    Index offsets[m];
    bool inside[m];
    view.template Find<m>(static_cast<Index>(i), offsets, inside);
    for (int j = 0; j < m; ++j)
      to[static_cast<size_t>(i + j)] = inside[j] ? from.at(static_cast<size_t>(offsets[j])) : 0;
  };
  const int64_t vectors = plan.num_elements / n;
  for (int64_t v = 0; v < vectors; ++v) move(v * n, std::integral_constant<int, n>());
  for (int64_t i = vectors * n; i < plan.num_elements; ++i) move(i, std::integral_constant<int, 1>());
  return to;
}

// `expected(coordinates)` is what element of `from` belongs to a place of the walk, 0 for none.
void ExpectGathers(const Dims& walked, absl::Span<const MoveAxis> axes, int64_t origin, const Values& from,
                   const std::function<int64_t(const Dims&)>& expected) {
  const MovePlan plan = MovePlan::Make(axes, origin, static_cast<int64_t>(from.size())).value();
  ASSERT_EQ(plan.num_elements, Product(walked));
  Values want;
  for (int64_t i = 0; i < plan.num_elements; ++i) want.push_back(expected(Coordinates(walked, i)));
  EXPECT_EQ((GatherBy<uint32_t, true, 4>(plan, from)), want);
  EXPECT_EQ((GatherBy<int64_t, true, 16>(plan, from)), want);
  EXPECT_EQ((GatherBy<uint32_t, true, 1>(plan, from)), want);
  if (plan.plain) {
    EXPECT_EQ((GatherBy<uint32_t, false, 8>(plan, from)), want);
  }
}

// Pieces of several elements at once find what single elements find.
void ExpectWidens(MovePlan plan, int64_t size, int64_t wide, const Values& from) {
  const Values want = GatherBy<int64_t, true, 1>(plan, from);
  ASSERT_EQ(plan.Widen(size, 0, 0), wide);
  const int64_t ratio = wide / size;
  const MoveView<uint32_t, true> view(plan);
  for (int64_t i = 0; i < plan.num_elements; ++i) {
    uint32_t offset[1];
    bool inside[1];
    view.Find<1>(static_cast<uint32_t>(i), offset, inside);
    for (int64_t j = 0; j < ratio; ++j) {
      ASSERT_EQ(inside[0] ? from.at(static_cast<size_t>(offset[0] * ratio + j)) : 0,
                want[static_cast<size_t>(i * ratio + j)]);
    }
  }
}

TEST(MovePlan, FindsTransposedElements) {
  const Dims in = {2, 3, 4, 5};
  const Strides dense = DenseStrides(in);
  const Values from = Iota(Product(in));
  Dims perm = {0, 1, 2, 3};
  do {
    Dims out;
    MoveAxes axes;
    for (int64_t p : perm) {
      out.push_back(in[static_cast<size_t>(p)]);
      axes.push_back(MoveAxis::Plain(out.back(), dense[static_cast<size_t>(p)]));
    }
    ExpectGathers(out, axes, 0, from, [&](const Dims& at) {
      Dims source(4);
      for (size_t a = 0; a < 4; ++a) source[static_cast<size_t>(perm[a])] = at[a];
      return from[static_cast<size_t>(Linear(in, source))];
    });
  } while (std::next_permutation(perm.begin(), perm.end()));
}

TEST(MovePlan, FindsWindows) {
  const Dims in = {3, 4, 5}, before = {1, 0, 2}, after = {0, 3, 1};
  for (int padded = 0; padded < 8; ++padded) {  // some axes only
    Dims out = in, shift(3, 0);
    MoveAxes axes;
    for (size_t a = 0; a < 3; ++a) {
      if ((padded >> a & 1) != 0) {
        out[a] += before[a] + after[a];
        shift[a] = before[a];
      }
      axes.push_back(MoveAxis::Window(out[a], DenseStrides(in)[a], shift[a], in[a]));
    }
    const Values from = Iota(Product(in));
    ExpectGathers(out, axes, 0, from, [&](Dims at) -> int64_t {
      for (size_t a = 0; a < 3; ++a) {
        at[a] -= shift[a];
        if (at[a] < 0 || at[a] >= in[a]) return 0;
      }
      return from[static_cast<size_t>(Linear(in, at))];
    });
  }
}

TEST(MovePlan, FindsMirrorImages) {
  for (int64_t edge : {0, 1}) {
    const Dims in = {3, 4}, before = {2, 3 - edge}, after = {2, 4 - edge}, out = {7, 11 - 2 * edge};
    MoveAxes axes;
    for (size_t a = 0; a < 2; ++a)
      axes.push_back(MoveAxis::Mirror(out[a], DenseStrides(in)[a], before[a], in[a], edge));
    const Values from = Iota(Product(in));
    ExpectGathers(out, axes, 0, from, [&](Dims at) {
      for (size_t a = 0; a < 2; ++a) {
        const int64_t i = at[a], b = before[a], e = in[a];
        const int64_t image = i < b ? 2 * b - 1 + edge - i : (i >= b + e ? 2 * (b + e) - 1 - edge - i : i);
        at[a] = image - b;
      }
      return from.at(static_cast<size_t>(Linear(in, at)));
    });
  }
}

TEST(MovePlan, FindsRolledElements) {
  const Dims in = {3, 4, 5};
  const Values from = Iota(Product(in));
  for (const Dims& shift : {Dims{0, 0, 0}, Dims{1, 0, 0}, Dims{0, 3, 4}, Dims{2, 1, 1}}) {
    MoveAxes axes;
    for (size_t a = 0; a < 3; ++a) axes.push_back(MoveAxis::Roll(in[a], DenseStrides(in)[a], shift[a]));
    ExpectGathers(in, axes, 0, from, [&](Dims at) {
      for (size_t a = 0; a < 3; ++a) at[a] = (at[a] - shift[a] + in[a]) % in[a];
      return from[static_cast<size_t>(Linear(in, at))];
    });
  }
}

// dy of x[1:9:3, ::-2] in a tensor of [9, 6].
TEST(MovePlan, SpreadsElements) {
  const Dims out = {9, 6}, dy = {3, 3};
  const Values from = Iota(9);
  const MoveAxis axes[] = {MoveAxis::Every(9, 3, 1, 3, 3), MoveAxis::Every(6, -1, 1, 3, 2)};
  ExpectGathers(out, axes, /*origin=*/2, from, [&](const Dims& at) -> int64_t {
    for (int64_t r = 0; r < 3; ++r) {
      for (int64_t c = 0; c < 3; ++c) {
        if (at[0] == 1 + 3 * r && at[1] == 5 - 2 * c) return from[static_cast<size_t>(Linear(dy, {r, c}))];
      }
    }
    return 0;
  });
  const MoveAxis nothing[] = {MoveAxis::Every(9, 0, 4, 0, 1), MoveAxis::Every(6, 1, -1, 0, 1)};
  ExpectGathers(out, nothing, 0, {}, [](const Dims&) { return 0; });
}

// A batch side of [2 * 3 * 2, 3, 2, 3] with crops (1, 2) and (1, 0) of blocks [2, 3].
TEST(MovePlan, FindsBlocks) {
  const Dims space = {2, 3, 5, 3}, batch = {12, 3, 2, 3};
  const Strides dense = DenseStrides(batch);
  const Values from = Iota(Product(batch));
  const MoveAxis axes[] = {MoveAxis::Plain(2, dense[0]), MoveAxis::Blocks(3, dense[1], 2 * 3 * dense[0], 1, 2),
                           MoveAxis::Blocks(5, dense[2], 2 * dense[0], 1, 3), MoveAxis::Plain(3, 1)};
  ExpectGathers(space, axes, 0, from, [&](const Dims& at) {
    const int64_t y = at[1] + 1, x = at[2] + 1;
    return from.at(static_cast<size_t>(Linear(batch, {((y % 2) * 3 + x % 3) * 2 + at[0], y / 2, x / 3, at[3]})));
  });
}

TEST(MovePlan, JoinsAxes) {
  // Rows that are padded as a whole are one axis, and a scalar is one too.
  const MoveAxis rows[] = {MoveAxis::Window(6, 20, 1, 4), MoveAxis::Plain(4, 5), MoveAxis::Plain(5, 1)};
  MovePlan plan = MovePlan::Make(rows, 0, 80).value();
  EXPECT_EQ(plan.rank, 1);
  EXPECT_EQ(plan.axes[0].extent, 120);
  EXPECT_EQ(plan.axes[0].shift, 20);
  EXPECT_EQ(plan.axes[0].inside, 80);
  ExpectWidens(plan, 4, 16, Iota(80));
  ExpectWidens(plan, 8, 16, Iota(80));
  plan = MovePlan::Make({}, 0, 1).value();
  EXPECT_EQ(plan.rank, 1);
  EXPECT_TRUE(plan.Dense());
  const MoveAxis whole[] = {MoveAxis::Plain(3, 8), MoveAxis::Roll(1, 8, 0), MoveAxis::Window(8, 1, 0, 8)};
  EXPECT_TRUE(MovePlan::Make(whole, 8, 32).value().Dense());
  const MoveAxis mirrored[] = {MoveAxis::Mirror(5, 8, 1, 3, 0), MoveAxis::Plain(8, 1)};
  EXPECT_EQ(MovePlan::Make(mirrored, 0, 24).value().rank, 2);
  EXPECT_EQ(MovePlan::Make(MoveAxes(2 * kMaxMoveRank, MoveAxis::Plain(2, 0)), 0, 1).value().rank, 1);
  EXPECT_EQ(MovePlan::Make(MoveAxes(kMaxMoveRank + 1, MoveAxis::Plain(2, 3)), 0, 99).status().code(),
            absl::StatusCode::kUnimplemented);
}

TEST(MovePlan, WidensOnlyWhatFits) {
  const auto plan = [](int64_t extent, int64_t step) {
    const MoveAxis axes[] = {MoveAxis::Plain(3, step), MoveAxis::Plain(extent, 1)};
    return MovePlan::Make(axes, 0, 3 * step).value();
  };
  ExpectWidens(plan(4, 8), 4, 16, Iota(24));
  ExpectWidens(plan(6, 8), 4, 8, Iota(24));
  ExpectWidens(plan(4, 6), 4, 8, Iota(18));
  ExpectWidens(plan(16, 32), 1, 16, Iota(96));
  EXPECT_EQ(plan(4, 7).Widen(4, 0, 0), 4);
  EXPECT_EQ(plan(3, 8).Widen(4, 0, 0), 4);
  EXPECT_EQ(plan(4, 8).Widen(4, 8, 0), 8);
  EXPECT_EQ(plan(4, 8).Widen(4, 0, 4), 4);
  EXPECT_EQ(plan(4, 8).Widen(16, 0, 0), 16);
  MovePlan later = plan(4, 8);
  later.origin = 2;
  EXPECT_EQ(later.Widen(4, 0, 0), 8);
}

// Runs the tiles as a block of threads does, through a buffer, and looks that each element is written once.
template <class Index, int kSide>
Values TransposeBy(const TilePlan& plan, const Values& from, int64_t n) {
  const TileView<Index, kSide> view(plan);
  Values to(static_cast<size_t>(n), -1);
  for (Index t = 0; t < view.num_tiles; ++t) {
    const auto at = view(t);
    std::vector<Values> tile(kSide, Values(kSide, -2));
    for (Index c = 0; c < kSide; ++c) {
      for (Index r = 0; r < kSide; ++r) {
        if (view.Inside(at.row + r, at.column + c)) {
          tile[static_cast<size_t>(c)][static_cast<size_t>(r)] =
              from.at(static_cast<size_t>(view.Other(at, at.row + r, at.column + c)));
        }
      }
    }
    for (Index r = 0; r < kSide; ++r) {
      for (Index c = 0; c < kSide; ++c) {
        if (!view.Inside(at.row + r, at.column + c)) continue;
        int64_t& place = to.at(static_cast<size_t>(view.Walked(at, at.row + r, at.column + c)));
        EXPECT_EQ(place, -1);
        place = tile[static_cast<size_t>(c)][static_cast<size_t>(r)];
      }
    }
  }
  return to;
}

TEST(TilePlan, TransposesMatrices) {
  const std::vector<std::pair<Dims, Dims>> cases = {{{40, 70}, {1, 0}},           {{8, 33}, {1, 0}},
                                                    {{3, 20, 65}, {0, 2, 1}},     {{9, 2, 32, 10}, {3, 1, 2, 0}},
                                                    {{2, 9, 3, 8}, {0, 3, 2, 1}}, {{2, 64, 200}, {0, 2, 1}}};
  for (const auto& [in, perm] : cases) {
    const Strides dense = DenseStrides(in);
    MoveAxes axes;
    for (int64_t p : perm) axes.push_back(MoveAxis::Plain(in[static_cast<size_t>(p)], dense[static_cast<size_t>(p)]));
    const Values from = Iota(Product(in));
    const MovePlan plan = MovePlan::Make(axes, 0, Product(in)).value();
    const std::optional<TilePlan> tiles = TilePlan::Make(plan, 4);
    ASSERT_TRUE(tiles.has_value());
    ASSERT_EQ(tiles->side, kTileSide);
    const Values want = GatherBy<int64_t, false, 1>(plan, from);
    EXPECT_EQ((TransposeBy<uint32_t, kTileSide>(*tiles, from, plan.num_elements)), want);
    EXPECT_EQ((TransposeBy<int64_t, kTileSide>(*tiles, from, plan.num_elements)), want);
    const std::optional<TilePlan> halves = TilePlan::Make(plan, 2);
    ASSERT_EQ(halves->side == kLargeTileSide, halves->rows >= 64 && halves->columns >= 64);
    if (halves->side != kLargeTileSide) continue;
    EXPECT_EQ((TransposeBy<uint32_t, kLargeTileSide>(*halves, from, plan.num_elements)), want);
  }
}

TEST(TilePlan, LeavesWhatIsNarrowOrDense) {
  const auto tiled = [](int64_t rows, int64_t columns, int64_t row_step, int64_t column_step) {
    const MoveAxis axes[] = {MoveAxis::Plain(rows, row_step), MoveAxis::Plain(columns, column_step)};
    return TilePlan::Make(MovePlan::Make(axes, 0, 1 << 20).value(), 4).has_value();
  };
  EXPECT_TRUE(tiled(100, 50, 1, 100));
  EXPECT_FALSE(tiled(3, 50, 1, 3));
  EXPECT_FALSE(tiled(50, 3, 1, 50));
  EXPECT_FALSE(tiled(100, 50, 60, 1));
  EXPECT_FALSE(tiled(100, 50, 1, 0));
}

}  // namespace
}  // namespace eager::server::cuda
