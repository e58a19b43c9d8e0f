#include "server/kernels/cuda/strided_view.h"

#include <numeric>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace eager::server::cuda {
namespace {

using Dims = std::vector<int64_t>;

TEST(FastDivide, IsExact) {
  std::mt19937 random(7);
  for (uint32_t d : {1u, 2u, 3u, 5u, 7u, 10u, 255u, 256u, 641u, 65537u, 0x3fffffffu, 0x40000000u, 0x7fffffffu}) {
    const Divider divider(d);
    for (uint32_t n : {0u, 1u, d - 1, d, 2 * d - 1, 0x7ffffffeu, 0x7fffffffu}) {
      if (n > 0x7fffffffu) continue;
      EXPECT_EQ(divider.Divide(n), n / d) << n << " / " << d;
    }
    for (int i = 0; i < 1000; ++i) {
      const uint32_t n = random() >> 1;
      EXPECT_EQ(divider.Divide(n), n / d) << n << " / " << d;
    }
  }
}

// Where the element of linear index i lies in a dense tensor of `shape` that is broadcast to `out`.
int64_t Reference(const Dims& out, const Dims& shape, int64_t i) {
  int64_t offset = 0, step = 1;
  for (size_t back = 1; back <= out.size(); ++back) {
    const int64_t extent = out[out.size() - back];
    const int64_t here = i % extent;
    i /= extent;
    if (back > shape.size()) continue;
    const int64_t mine = shape[shape.size() - back];
    if (mine != 1) offset += here * step;
    step *= mine;
  }
  return offset;
}

template <class Index>
void ExpectBroadcasts(const Dims& out, const Dims& a, const Dims& b) {
  const absl::Span<const int64_t> shapes[] = {a, b};
  const ViewPlan plan = ViewPlan::Broadcast(out, shapes).value();
  const Views<2, Index> views(plan);
  const int64_t n = std::accumulate(out.begin(), out.end(), int64_t{1}, std::multiplies<>());
  EXPECT_EQ(plan.num_elements, n);
  for (int64_t i = 0; i < n; ++i) {
    const auto offsets = views(static_cast<Index>(i));
    ASSERT_EQ(static_cast<int64_t>(offsets.at[0]), Reference(out, a, i));
    ASSERT_EQ(static_cast<int64_t>(offsets.at[1]), Reference(out, b, i));
  }
}

TEST(StridedView, FindsBroadcastElements) {
  const std::vector<std::array<Dims, 3>> cases = {
      {{{}, {}, {}}},
      {{{4}, {4}, {1}}},
      {{{2, 3}, {2, 3}, {3}}},
      {{{2, 3, 4}, {2, 1, 4}, {3, 1}}},
      {{{2, 3, 4, 5}, {1, 3, 1, 5}, {2, 1, 4, 1}}},
      {{{1, 7, 1, 2}, {7, 1, 1}, {1, 1, 1, 2}}},
  };
  for (const auto& [out, a, b] : cases) {
    ExpectBroadcasts<uint32_t>(out, a, b);
    ExpectBroadcasts<int64_t>(out, a, b);
  }
}

TEST(StridedView, JoinsAxesThatAllLayOutAsOne) {
  const Dims out = {2, 3, 4, 5}, row = {4, 5}, scalar = {};
  const absl::Span<const int64_t> shapes[] = {out, row, scalar};
  const ViewPlan plan = ViewPlan::Broadcast(out, shapes).value();
  EXPECT_EQ(plan.rank, 2);
  EXPECT_EQ(plan.extents[0], 20);
  EXPECT_EQ(plan.extents[1], 6);
  EXPECT_TRUE(plan.Single(2));
  EXPECT_FALSE(plan.Single(1));
  const absl::Span<const int64_t> same[] = {out, out};
  EXPECT_TRUE(ViewPlan::Broadcast(out, same).value().Dense(0));
}

TEST(StridedView, RefusesWhatHasTooManyAxes) {
  const Dims out(2 * kMaxViewRank + 2, 2);
  Dims other = out;
  for (size_t i = 0; i < other.size(); i += 2) other[i] = 1;
  const absl::Span<const int64_t> shapes[] = {out, other};
  EXPECT_EQ(ViewPlan::Broadcast(out, shapes).status().code(), absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace eager::server::cuda
