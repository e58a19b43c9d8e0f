// Joining, folding, bands, one-hot and repeated elements: the index arithmetic of GPU kernels against plain loops.
#include <algorithm>
#include <cstring>
#include <numeric>
#include <vector>

#include "gtest/gtest.h"
#include "server/kernels/cuda/band.h"
#include "server/kernels/cuda/join_parts.h"
#include "server/kernels/cuda/mirror_fold.h"
#include "server/kernels/cuda/one_hot.h"
#include "server/kernels/cuda/repeat.h"

namespace eager::server::cuda {
namespace {

using Dims = std::vector<int64_t>;

void* Address(uintptr_t a) { return reinterpret_cast<void*>(a); }

JoinPlan PlanOf(int64_t rows, const Dims& widths) {
  JoinPlan plan;
  plan.rows = rows;
  for (int64_t width : widths) {
    plan.parts.push_back({Address(256), width, plan.row_step});
    plan.row_step += width;
  }
  plan.whole = Address(512);
  return plan;
}

template <class Index, int kMost = kFewParts>
void ExpectJoins(int64_t rows, const Dims& widths) {
  JoinPlan plan = PlanOf(rows, widths);
  const JoinView<Index, kMost> view(plan, plan.parts);
  std::vector<int> seen(static_cast<size_t>(rows * plan.row_step), 0);
  int64_t first = 0;
  for (size_t p = 0; p < widths.size(); ++p) {
    const int part = static_cast<int>(p);
    ASSERT_EQ(static_cast<int64_t>(view.NumElements(part)), rows * widths[p]);
    for (int64_t i = 0; i < rows * widths[p]; ++i) {
      const int64_t place = static_cast<int64_t>(view.Place(part, static_cast<Index>(i)));
      ASSERT_EQ(place, i / widths[p] * plan.row_step + first + i % widths[p]);
      ++seen.at(static_cast<size_t>(place));
    }
    first += widths[p];
  }
  for (int times : seen) EXPECT_EQ(times, 1);
}

TEST(JoinParts, CoverTheWhole) {
  for (const Dims& widths : {Dims{1}, Dims{3, 4, 5}, Dims{16, 1, 7}}) {
    for (int64_t rows : {1, 2, 5}) {
      ExpectJoins<uint32_t>(rows, widths);
      ExpectJoins<int64_t>(rows, widths);
    }
  }
  ExpectJoins<uint32_t, kMaxParts>(2, Dims(kMaxParts, 3));
  EXPECT_LE(sizeof(JoinView<uint32_t, kMaxParts>), size_t{4096});
  EXPECT_LE(sizeof(JoinView<int64_t, kMaxParts>), size_t{4096});
}

TEST(JoinParts, WidenWhereAllPartsDo) {
  JoinPlan plan = PlanOf(3, {4, 8});
  EXPECT_EQ(plan.Widen(4), 16);
  EXPECT_EQ(plan.row_step, 3);
  EXPECT_EQ(plan.parts[1].width, 2);
  EXPECT_EQ(plan.parts[1].first, 1);
  plan = PlanOf(3, {4, 6});
  EXPECT_EQ(plan.Widen(4), 8);
  plan = PlanOf(3, {4, 7});
  EXPECT_EQ(plan.Widen(4), 4);
  plan = PlanOf(3, {4, 8});
  plan.parts[0].data = Address(256 + 8);
  EXPECT_EQ(plan.Widen(4), 8);
  plan = PlanOf(1, {4, 8});
  plan.row_step = 13;  // the rest is a view of the whole
  EXPECT_EQ(plan.Widen(4), 16);
  plan = PlanOf(3, {4, 8});
  EXPECT_EQ(plan.Widen(16), 16);
  EXPECT_EQ(plan.parts[1].width, 8);
}

TEST(JoinParts, BlocksFollowTheLengths) {
  EXPECT_EQ(BlocksPerPart(PlanOf(1, {10, 10}).parts, 1, 1024), 1);
  EXPECT_EQ(BlocksPerPart(PlanOf(4, {1024, 1024}).parts, 4, 1024), 4);
  EXPECT_EQ(BlocksPerPart(PlanOf(1, {1024 * 10000, 1024 * 10000}).parts, 1, 1024), 10000);
  Dims skewed(100, 10);
  skewed[7] = 1024 * 100000;
  EXPECT_LE(BlocksPerPart(PlanOf(1, skewed).parts, 1, 1024), 2100);
}

// Sums by folding axis after axis, as the CPU's kernel does, against the images of each element.
template <class Index>
void ExpectFolds(const Dims& inside, const Dims& paddings, bool reflect) {
  const int64_t edge = reflect ? 1 : 0;
  Dims padded = inside;
  int64_t all = 1, n = 1;
  for (size_t a = 0; a < inside.size(); ++a) {
    padded[a] += paddings[2 * a] + paddings[2 * a + 1];
    all *= padded[a];
    n *= inside[a];
  }
  std::vector<int64_t> in(static_cast<size_t>(all)), folded(static_cast<size_t>(n), 0), got(static_cast<size_t>(n), 0);
  for (int64_t i = 0; i < all; ++i) in[static_cast<size_t>(i)] = i * i % 1009;
  for (int64_t i = 0; i < all; ++i) {
    int64_t rest = i, place = 0, step = 1;
    for (size_t a = inside.size(); a-- > 0;) {
      const int64_t c = rest % padded[a], b = paddings[2 * a], e = inside[a];
      rest /= padded[a];
      place += step * ((c < b ? 2 * b - 1 + edge - c : (c >= b + e ? 2 * (b + e) - 1 - edge - c : c)) - b);
      step *= e;
    }
    folded.at(static_cast<size_t>(place)) += in[static_cast<size_t>(i)];
  }
  const MirrorFold<Index> fold = MirrorFold<Index>::Make(inside, paddings, reflect).value();
  for (int64_t i = 0; i < n; ++i) {
    fold.ForEachImage(static_cast<Index>(i),
                      [&](Index at) { got[static_cast<size_t>(i)] += in.at(static_cast<size_t>(at)); });
  }
  EXPECT_EQ(got, folded);
}

TEST(MirrorFold, FindsAllImages) {
  for (bool reflect : {false, true}) {
    ExpectFolds<uint32_t>({5}, {2, 3}, reflect);
    ExpectFolds<int64_t>({5}, {4, 4}, reflect);
    ExpectFolds<uint32_t>({4, 3}, {1, 2, 2, 1}, reflect);
    ExpectFolds<int64_t>({4, 3, 2}, {3, 3, 0, 0, 1, 0}, reflect);
    ExpectFolds<uint32_t>({2, 1, 3}, {0, 0, 0, 0, 0, 2}, reflect);
  }
  ExpectFolds<uint32_t>({4, 3}, {4, 4, 3, 3}, /*reflect=*/false);
  ExpectFolds<uint32_t>({}, {}, /*reflect=*/false);
  EXPECT_EQ(MirrorFold<uint32_t>::Make(Dims(kMaxFoldRank + 1, 2), Dims(2 * kMaxFoldRank + 2, 0), false).status().code(),
            absl::StatusCode::kUnimplemented);
}

template <class Index>
void ExpectBand(int64_t rows, int64_t columns, int64_t lower, int64_t upper) {
  using Div = typename Band<Index>::Div;
  const Band<Index> band{Div(static_cast<Index>(rows)), Div(static_cast<Index>(columns)), lower, upper};
  for (int64_t i = 0; i < 2 * rows * columns; ++i) {
    const int64_t row = i / columns % rows, column = i % columns;
    const int64_t first = lower < 0 ? 0 : std::clamp<int64_t>(row - lower, 0, columns);
    const int64_t last = upper < 0 ? columns : std::clamp<int64_t>(row + upper + 1, first, columns);
    ASSERT_EQ(band.Holds(static_cast<Index>(i)), column >= first && column < last);
  }
}

TEST(Band, HoldsWhatTheCpuKeeps) {
  for (int64_t lower : {-1, 0, 1, 5}) {
    for (int64_t upper : {-1, 0, 2, 3}) {
      ExpectBand<uint32_t>(5, 3, lower, upper);
      ExpectBand<int64_t>(3, 7, lower, upper);
    }
  }
}

template <class Index, class T>
void ExpectOneHot(int64_t outer, int64_t depth, int64_t inner, DType dtype) {
  std::vector<T> indices(static_cast<size_t>(outer * inner));
  for (size_t i = 0; i < indices.size(); ++i) indices[i] = static_cast<T>(i * 7 % static_cast<size_t>(depth + 2) - 1);
  using Div = typename OneHotView<Index>::Div;
  const OneHotView<Index> view{Div(static_cast<Index>(depth)), Div(static_cast<Index>(inner)), indices.data(), dtype};
  for (int64_t i = 0; i < outer * depth * inner; ++i) {
    const int64_t o = i / (depth * inner), d = i / inner % depth;
    ASSERT_EQ(view.IsHot(static_cast<Index>(i)),
              static_cast<int64_t>(indices[static_cast<size_t>(o * inner + i % inner)]) == d);
  }
}

TEST(OneHot, FindsTheIndexOfAnElement) {
  ExpectOneHot<uint32_t, int32_t>(6, 5, 1, DType::kInt32);
  ExpectOneHot<int64_t, int64_t>(3, 4, 5, DType::kInt64);
  ExpectOneHot<uint32_t, uint8_t>(1, 1, 9, DType::kUint8);
  ExpectOneHot<int64_t, int8_t>(2, 3, 2, DType::kInt8);
}

TEST(Repeat, FillsSixteenBytes) {
  alignas(16) unsigned char bytes[16];
  std::iota(bytes, bytes + 16, 1);
  for (int size : {1, 2, 4, 8, 16}) {
    const Sixteen all = Repeat(bytes, size);
    for (int i = 0; i < 16; ++i) ASSERT_EQ(all.byte(i), bytes[i % size]) << size;
    uint64_t eight;
    std::memcpy(&eight, all.words, sizeof(eight));
    EXPECT_EQ(First<uint64_t>(all), eight);
    EXPECT_EQ(First<uint16_t>(all), static_cast<uint16_t>(eight));
    EXPECT_EQ(First<uint8_t>(all), static_cast<uint8_t>(eight));
  }
}

}  // namespace
}  // namespace eager::server::cuda
