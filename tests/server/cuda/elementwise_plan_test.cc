#include "server/kernels/cuda/elementwise_plan.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "gtest/gtest.h"

namespace eager::server::cuda {
namespace {

using Dims = std::vector<int64_t>;

int64_t Product(const Dims& dims) { return std::accumulate(dims.begin(), dims.end(), int64_t{1}, std::multiplies<>()); }

ViewPlan PlanOf(const Dims& out, const std::vector<Dims>& shapes) {
  std::vector<absl::Span<const int64_t>> spans(shapes.begin(), shapes.end());
  return ViewPlan::Broadcast(out, spans).value();
}

// What a kernel reads for every element of the output: input t's offset, found as the kernels find it.
std::vector<std::vector<int64_t>> Walk(const ViewPlan& plan, int vec, const bool (&splat)[kMaxViews], int64_t most) {
  std::vector<std::vector<int64_t>> offsets(3);
  ForEachPiece(plan, most, [&](const Piece& piece) {
    EXPECT_LE(piece.plan.num_elements, most);
    EXPECT_EQ(piece.first * vec, static_cast<int64_t>(offsets[0].size()));
    const Views<3, uint32_t> views(piece.plan);
    for (uint32_t v = 0; v < piece.plan.num_elements; ++v) {
      const auto offsets_of = views(v);
      for (int t = 0; t < 3; ++t) {
        const int64_t start = piece.at[t] + offsets_of.at[t];
        for (int j = 0; j < vec; ++j) offsets[static_cast<size_t>(t)].push_back(splat[t] ? start : start * vec + j);
      }
    }
  });
  return offsets;
}

// What it should read.
std::vector<std::vector<int64_t>> Reference(const ViewPlan& plan) {
  std::vector<std::vector<int64_t>> offsets(3);
  const Views<3, int64_t> views(plan);
  for (int64_t i = 0; i < plan.num_elements; ++i) {
    for (int t = 0; t < 3; ++t) offsets[static_cast<size_t>(t)].push_back(views(i).at[t]);
  }
  return offsets;
}

TEST(ElementwisePlan, VectorsAndPiecesReadTheSameElements) {
  const std::vector<std::vector<Dims>> cases = {
      {{6, 8}, {6, 8}, {8}, {6, 1}},
      {{5, 16}, {1, 16}, {5, 1}, {5, 16}},
      {{3, 4, 8}, {3, 1, 8}, {4, 8}, {3, 4, 1}},
      {{2, 3, 4, 8}, {2, 1, 4, 1}, {3, 1, 8}, {}},
      {{7, 4}, {7, 1}, {4}, {1, 1}},
      {{16, 3, 1, 4}, {1, 3, 1, 4}, {16, 1, 1, 1}, {16, 3, 1, 4}},
  };
  for (const auto& c : cases) {
    const ViewPlan plan = PlanOf(c[0], {c[1], c[2], c[3]});
    ASSERT_EQ(plan.num_elements, Product(c[0]));
    const auto expected = Reference(plan);
    for (int vec : {1, 2, 4, 8}) {
      ViewPlan walk = plan;
      bool splat[kMaxViews] = {};
      if (!WalkVectors(walk, vec, splat)) {
        EXPECT_NE(c[0].back() % vec, 0);
        continue;
      }
      EXPECT_EQ(walk.num_elements * vec, plan.num_elements);
      for (int64_t most : {1, 2, 5, 7, 1000}) EXPECT_EQ(Walk(walk, vec, splat, most), expected) << vec << " " << most;
    }
    const bool none[kMaxViews] = {};
    for (int64_t most : {1, 3, 10, 1000}) EXPECT_EQ(Walk(plan, 1, none, most), expected) << most;
  }
}

TEST(ElementwisePlan, VectorsNeedADenseInnermostAxisThatTheyDivide) {
  bool splat[kMaxViews] = {};
  ViewPlan odd = PlanOf({4, 6}, {{4, 6}, {6}});
  EXPECT_FALSE(WalkVectors(odd, 4, splat));
  EXPECT_EQ(odd.num_elements, 24);
  ViewPlan even = PlanOf({4, 8}, {{4, 8}, {4, 1}});
  ASSERT_TRUE(WalkVectors(even, 4, splat));
  EXPECT_FALSE(splat[0]);
  EXPECT_TRUE(splat[1]);
  const Dims extents = {4, 8}, dense = {8, 1}, strided = {1, 4};
  const absl::Span<const int64_t> steps[] = {dense, strided};
  ViewPlan transposed = ViewPlan::Make(extents, steps).value();
  EXPECT_FALSE(WalkVectors(transposed, 4, splat));
  ViewPlan scalar = PlanOf({}, {{}, {}});
  EXPECT_FALSE(WalkVectors(scalar, 4, splat));
}

// 2^31 elements and more, of which nobody looks at more than where the pieces begin.
TEST(ElementwisePlan, PiecesOfHugeWalks) {
  constexpr int64_t kMost = (int64_t{1} << 30) - 1;
  const ViewPlan plan = PlanOf({3, int64_t{1} << 30, 2}, {{3, int64_t{1} << 30, 2}, {3, 1, 2}});
  int64_t next = 0;
  ForEachPiece(plan, kMost, [&](const Piece& piece) {
    EXPECT_EQ(piece.first, next);
    EXPECT_LE(piece.plan.num_elements, kMost);
    EXPECT_EQ(piece.at[0], next);
    EXPECT_EQ(piece.at[1], next / (int64_t{1} << 31) * 2);
    next += piece.plan.num_elements;
  });
  EXPECT_EQ(next, plan.num_elements);
}

TEST(ElementwisePlan, Alignment) {
  alignas(16) char bytes[32];
  EXPECT_TRUE(IsAligned(bytes, 16));
  EXPECT_FALSE(IsAligned(bytes + 8, 16));
  EXPECT_TRUE(IsAligned(bytes + 8, 8));
}

}  // namespace
}  // namespace eager::server::cuda
