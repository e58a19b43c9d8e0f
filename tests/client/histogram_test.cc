// TensorBoard's bucket rule: the cases that it names, and what holds for all data.

#include "client/summary/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace eager::internal {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::vector<double> Buckets(const std::vector<double>& data, int buckets) {
  const HostTensor result = HistogramBuckets(data, buckets);
  EXPECT_EQ(result.dtype(), DType::kFloat64);
  EXPECT_EQ(result.shape(), (Shape{std::max(buckets, 0), 3}));
  const auto values = result.values<double>();
  return {values.begin(), values.end()};
}

// What tensorboard.plugins.histogram.summary_v2._buckets gives, run with TensorFlow 2.21.
TEST(Histogram, SpecialCasesOfTensorBoard) {
  const struct {
    std::vector<double> data;
    int buckets;
    std::vector<double> want;
  } cases[] = {
      {{}, 3, {0, 0, 0, 0, 0, 0, 0, 0, 0}},
      {{1, 2, 3}, 0, {}},
      {{1, 2, 3}, -1, {}},
      {{5, 5}, 1, {5, 5, 2}},
      {{7, 7, 7}, 3, {7, 7, 0, 7, 7, 0, 7, 7, 3}},
      {{0, 5}, 1, {0, 5, 2}},
      {{1, 0, 1}, 2, {0, 0.5, 1, 0.5, 1, 2}},
      {{1, 2, 3, 4}, 3, {1, 2, 1, 2, 3, 1, 3, 4, 2}},
      {{1, kNan, 2}, 2, {kNan, kNan, 0, kNan, kNan, 0}},
      {{kNan}, 1, {kNan, kNan, 0}},
      {{1, kInf, 2}, 3, {1, kInf, 2, kInf, kInf, 0, kInf, kInf, 0}},
      {{-kInf, 1, 2}, 3, {-kInf, kNan, 0, kNan, kNan, 0, kNan, 2, 0}},
      {{-kInf, kInf}, 2, {-kInf, kNan, 0, kNan, kInf, 0}},
      {{kInf, kInf}, 2, {kInf, kNan, 0, kNan, kInf, 0}},
      {{1e308, -1e308}, 2, {-1e308, kInf, 1, kInf, 1e308, 0}},  // the range overflows
  };
  for (const auto& c : cases) {
    const std::vector<double> got = Buckets(c.data, c.buckets);
    ASSERT_EQ(got.size(), c.want.size());
    for (size_t i = 0; i < got.size(); ++i) {
      EXPECT_TRUE(got[i] == c.want[i] || (std::isnan(got[i]) && std::isnan(c.want[i])))
          << ::testing::PrintToString(c.data) << ": got " << ::testing::PrintToString(got);
    }
  }
}

TEST(Histogram, HoldsForRandomData) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    const int size = static_cast<int>(random() % 200) + 2;
    const int buckets = static_cast<int>(random() % 40) + 1;
    const double scale = std::ldexp(1.0, static_cast<int>(random() % 120) - 60);
    std::normal_distribution<double> normal(scale * (static_cast<int>(random() % 7) - 3), scale);
    std::vector<double> data(size);
    for (double& x : data) x = random() % 4 == 0 && &x != data.data() ? data[0] : normal(random);
    const auto [min, max] = std::minmax_element(data.begin(), data.end());
    const std::vector<double> rows = Buckets(data, buckets);
    double total = 0;
    for (int i = 0; i < buckets; ++i) {
      const double left = rows[3 * i], right = rows[3 * i + 1], count = rows[3 * i + 2];
      total += count;
      EXPECT_LE(left, right);
      EXPECT_EQ(left, i == 0 ? *min : rows[3 * i - 2]) << "buckets touch";
      // Of an element beside an edge, rounding decides; half a millionth of a bucket is far more than it can move.
      const double slack = (*max - *min) / buckets * 5e-7;
      const auto within = [&](double grow) {
        return std::count_if(data.begin(), data.end(), [&](double x) {
          return x >= left - grow && (i == buckets - 1 ? x <= right + grow : x < right + grow);
        });
      };
      EXPECT_LE(within(-slack), count);
      EXPECT_GE(within(slack), count);
    }
    EXPECT_EQ(total, size);
    EXPECT_EQ(rows[3 * buckets - 2], *max);
    // The order of the elements does not matter.
    std::shuffle(data.begin(), data.end(), random);
    EXPECT_EQ(Buckets(data, buckets), rows);
  }
}

}  // namespace
}  // namespace eager::internal
