#include "server/kernels/cuda/batch_norm_fns.h"

#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace eager::server::cuda {
namespace {

// Calls visit(part, first channel, element) as the threads of the blocks do.
template <class Visit>
void Walk(const ChannelPlan& plan, int lanes, Visit visit) {
  for (int64_t block = 0; block < plan.blocks; ++block) {
    for (int64_t part = 0; part < plan.parts; ++part) {
      for (int thread = 0; thread < ChannelPlan::kThreads; ++thread) {
        const int64_t channel = (block * plan.columns + thread % plan.columns) * lanes;
        const int row = thread / plan.columns;
        if (row >= plan.rows || channel >= plan.channels) continue;
        for (int64_t i = plan.Begin(part) + row; i < plan.Begin(part + 1); i += plan.rows) visit(part, channel, i);
      }
    }
  }
}

void ExpectEveryElementOnce(const Shape& shape, const char* format, int lanes) {
  const ChannelView view(shape, format);
  ASSERT_EQ(view.size(), shape.num_elements());
  const ChannelPlan plan(view, lanes);
  std::vector<int> seen(static_cast<size_t>(view.size()));
  Walk(plan, lanes, [&](int64_t, int64_t channel, int64_t i) {
    for (int k = 0; k < lanes; ++k) {
      const int64_t offset = plan.Offset(i, channel) + k;
      ASSERT_LT(offset, view.size());
      ++seen[offset];
      const int64_t expected = view.channels_last() ? offset % view.channels : offset / view.inner % view.channels;
      ASSERT_EQ(channel + k, expected);
    }
  });
  for (size_t i = 0; i < seen.size(); ++i) ASSERT_EQ(seen[i], 1) << i;
}

TEST(ChannelPlan, SeesEveryElementOnce) {
  for (const Shape& shape :
       {Shape{2, 3, 5, 7}, Shape{1, 1, 1, 1}, Shape{4, 9, 9, 1}, Shape{3, 2, 2, 300}, Shape{5, 40, 3, 48},
        Shape{2, 3, 4, 5, 6}, Shape{70, 20, 20, 3}, Shape{1, 1, 1, 2000}, Shape{8, 3, 1, 1}}) {
    for (const char* format : {"NHWC", "NCHW"}) {
      ExpectEveryElementOnce(shape, format, 1);
      const ChannelView view(shape, format);
      if (view.channels_last() && view.channels % 4 == 0) ExpectEveryElementOnce(shape, format, 4);
    }
  }
}

TEST(ChannelPlan, HasPartsEnoughForAGpuAndNotTooMany) {
  const ChannelPlan small(ChannelView(Shape{32, 28, 28, 32}, "NHWC"), 4);
  EXPECT_EQ(small.columns, 8);
  EXPECT_EQ(small.rows, 32);
  EXPECT_EQ(small.parts, 32 * 28 * 28 / (32 * 8));
  const ChannelPlan large(ChannelView(Shape{256, 112, 112, 64}, "NHWC"), 4);
  EXPECT_EQ(large.parts, 1024);
  const ChannelPlan wide(ChannelView(Shape{256, 7, 7, 1 << 20}, "NHWC"), 4);
  EXPECT_EQ(wide.blocks, 1024);
  EXPECT_EQ(wide.parts, 1);
}

Moments MomentsOf(const std::vector<float>& values) {
  Moments all = {};
  for (size_t i = 0; i < values.size();) {
    MomentsRun run = {};
    for (int turn = 0; turn < kRun && i < values.size(); ++turn) run.Add(values[i++]);
    all.Merge(run.Done());
  }
  return all;
}

TEST(Moments, AreThoseOfTheValues) {
  std::mt19937 random(1);
  for (const double offset : {0.0, 1.0, 1e4, -3e6}) {
    for (const int n : {1, 2, 15, 16, 17, 1000}) {
      std::vector<float> values;
      for (int i = 0; i < n; ++i)
        values.push_back(static_cast<float>(std::normal_distribution<double>(offset, 1)(random)));
      if (n == 17) values[0] = static_cast<float>(offset + 1000);  // a run that begins far off
      double mean = 0, squares = 0;
      for (double x : values) mean += x / n;
      for (double x : values) squares += (x - mean) * (x - mean);
      const Moments m = MomentsOf(values);
      EXPECT_EQ(m.count, n);
      EXPECT_NEAR(m.mean, mean, 1e-6 * std::sqrt(squares / n));  // whatever the offset is
      EXPECT_NEAR(m.squares, squares, 3e-6 * squares + 1e-12);
    }
  }
}

TEST(Moments, OfNothingChangeNothing) {
  Moments m = {};
  m.Merge({});
  EXPECT_EQ(m.count, 0);
  m.Merge({2, 5, 8});
  m.Merge({});
  EXPECT_EQ(m.count, 2);
  EXPECT_EQ(m.mean, 5);
  EXPECT_EQ(m.squares, 8);
}

struct Forward {
  float scale = 2, offset = 3, given_mean = 10, given_variance = 20;
  float mean = 0, variance = 0, saved_mean = 0, saved_variance = 0;
  float coefficients[3] = {};

  void Run(bool training, float share, int64_t n, const Moments& m) {
    const BatchNormChannel channel{&scale, &offset,   &given_mean, &given_variance, 0.5f,        share, training, 1, n,
                                   &mean,  &variance, &saved_mean, &saved_variance, coefficients};
    channel(0, m);
  }
};

TEST(BatchNormChannel, GivesStatisticsOfTheBatch) {
  Forward f;
  f.Run(true, 1, 5, {5, 4, 17.5});
  EXPECT_EQ(f.saved_mean, 4);
  EXPECT_EQ(f.saved_variance, 3.5f);
  EXPECT_EQ(f.mean, 4);
  EXPECT_EQ(f.variance, 17.5f / 4);
  EXPECT_EQ(f.coefficients[1], 1);
  EXPECT_EQ(BatchNormFn()(6, f.coefficients[0], f.coefficients[1], f.coefficients[2]), 5);
  f.Run(true, 0.25f, 5, {5, 4, 17.5});
  EXPECT_EQ(f.mean, 8.5f);
  EXPECT_EQ(f.variance, 15 + 17.5f / 16);
  EXPECT_EQ(f.saved_mean, 4);
}

TEST(BatchNormChannel, GivesThoseItWasGivenAndNoneOfNothing) {
  Forward f;
  f.given_variance = 15.5f;
  f.Run(false, 1, 5, {});
  EXPECT_EQ(f.saved_mean, 10);
  EXPECT_EQ(f.saved_variance, 15.5f);
  EXPECT_EQ(f.mean, 10);
  EXPECT_EQ(f.variance, 15.5f);
  EXPECT_EQ(f.coefficients[1], 0.5f);
  f.Run(true, 1, 0, {});
  EXPECT_TRUE(std::isnan(f.mean) && std::isnan(f.variance));
  EXPECT_EQ(f.saved_mean, 0);
  EXPECT_EQ(f.saved_variance, 0);
}

// Against finite differences of sum(dy y) by x.
TEST(BatchNormGrad, IsTheSlopeOfTheForwardPass) {
  const std::vector<float> x = {0.5f, -1, 2, 0.25f, 3}, dy = {1, -2, 0.5f, 3, -1};
  const float scale = 1.5f, epsilon = 0.1f;
  const auto loss = [&](const std::vector<double>& v) {
    double mean = 0, variance = 0, sum = 0;
    for (double e : v) mean += e / 5;
    for (double e : v) variance += (e - mean) * (e - mean) / 5;
    for (size_t i = 0; i < 5; ++i) sum += dy[i] * scale * (v[i] - mean) / std::sqrt(variance + epsilon);
    return sum;
  };
  const Moments m = MomentsOf(x);
  const float mean = static_cast<float>(m.mean), variance = static_cast<float>(m.squares / 5);
  ProductsRun run = {};
  for (size_t i = 0; i < 5; ++i) run.Add(dy[i], x[i] - mean);
  float dscale, doffset, c[4];
  const BatchNormGradChannel channel{&scale, &mean, &variance, epsilon, true, 1, 5, &dscale, &doffset, c};
  channel(0, run.Done());
  EXPECT_FLOAT_EQ(doffset, 1.5f);
  for (size_t i = 0; i < 5; ++i) {
    std::vector<double> more(x.begin(), x.end()), less = more;
    more[i] += 1e-5;
    less[i] -= 1e-5;
    const double slope = (loss(more) - loss(less)) / 2e-5;
    EXPECT_NEAR(BatchNormGradFn()(dy[i], x[i], c[0], c[1], c[2], c[3]), slope, 1e-4);
  }
}

}  // namespace
}  // namespace eager::server::cuda
