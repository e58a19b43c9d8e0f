// Running sums of a GPU, by their plans on the host: segments' totals, what comes before each, then every element.
#include "server/kernels/cuda/scan_plan.h"

#include <vector>

#include "gtest/gtest.h"

namespace eager::server::cuda {
namespace {

std::vector<int64_t> Plain(const Shape& shape, int axis, bool exclusive, bool reverse, const std::vector<int64_t>& in) {
  int64_t n = shape[axis], inner = 1, outer = 1;
  for (int i = axis + 1; i < shape.rank(); ++i) inner *= shape[i];
  for (int i = 0; i < axis; ++i) outer *= shape[i];
  std::vector<int64_t> out(in.size());
  for (int64_t o = 0; o < outer; ++o) {
    for (int64_t j = 0; j < inner; ++j) {
      int64_t sum = 0;
      for (int64_t step = 0; step < n; ++step) {
        const auto at = static_cast<size_t>((o * n + (reverse ? n - 1 - step : step)) * inner + j);
        out[at] = exclusive ? sum : sum + in[at];
        sum += in[at];
      }
    }
  }
  return out;
}

// Calls f(slot of the line's segment, element's place) in the order of the walk.
template <class F>
void ForEach(const ScanPlan& p, F f) {
  for (int64_t line = 0; line < p.lines; ++line) {
    for (int64_t segment = 0; segment < p.segments; ++segment) {
      const int64_t begin = segment * p.segment, end = std::min(p.n, begin + p.segment);
      const int64_t first = p.At(line, 0), stride = p.reverse ? -p.inner : p.inner;
      for (int64_t i = begin; i < end; ++i) {
        EXPECT_EQ(p.At(line, i), first + i * stride);
        f(static_cast<size_t>(line * p.segments + segment), static_cast<size_t>(first + i * stride));
      }
    }
  }
}

std::vector<int64_t> ByPlan(const ScanPlan& p, const std::vector<int64_t>& in) {
  std::vector<int64_t> sums(static_cast<size_t>(p.units())), out(in.size(), -1);
  ForEach(p, [&](size_t slot, size_t at) { sums[slot] += in[at]; });
  const ScanPlan totals = PlanOfTotals(p);
  EXPECT_EQ(totals.segments, 1);
  EXPECT_LE(totals.n, 1024);
  std::vector<int64_t> before = sums;
  for (int64_t line = 0; line < totals.lines; ++line) {
    int64_t sum = 0;
    for (int64_t i = 0; i < totals.n; ++i) {
      const auto at = static_cast<size_t>(totals.At(line, i));
      before[at] = sum;
      sum += sums[at];
    }
  }
  ForEach(p, [&](size_t slot, size_t at) {
    EXPECT_EQ(out[at], -1) << "written twice";
    out[at] = p.exclusive ? before[slot] : before[slot] + in[at];
    before[slot] += in[at];
  });
  return out;
}

TEST(ScanPlan, RunsAlongEveryAxis) {
  bool cut_blocks = false, cut_lines = false;
  for (const Shape& shape : {Shape{1}, Shape{5}, Shape{33}, Shape{200000}, Shape{3, 40, 7}, Shape{2, 1000, 16},
                             Shape{9000, 3}, Shape{4, 5000, 2}, Shape{300, 8}, Shape{6, 20}}) {
    std::vector<int64_t> in;
    for (int64_t i = 0; i < shape.num_elements(); ++i) in.push_back(i % 13);
    for (int axis = 0; axis < shape.rank(); ++axis) {
      for (const bool exclusive : {false, true}) {
        for (const bool reverse : {false, true}) {
          const ScanPlan p = MakeScanPlan(shape, axis - shape.rank(), exclusive, reverse);
          ASSERT_EQ(ByPlan(p, in), Plain(shape, axis, exclusive, reverse, in)) << shape.ToString() << " axis " << axis;
          EXPECT_EQ(p.threads % 32, 0);
          EXPECT_TRUE(!p.by_blocks || p.segments == 1 || p.segment % p.tile() == 0);
          (p.by_blocks ? cut_blocks : cut_lines) |= p.segments > 1;
        }
      }
    }
  }
  EXPECT_TRUE(cut_blocks);
  EXPECT_TRUE(cut_lines);
}

}  // namespace
}  // namespace eager::server::cuda
