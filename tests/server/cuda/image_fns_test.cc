// The rules by which a GPU resizes and normalises one element, against plain sums.
#include <array>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "server/kernels/lrn_fns.h"
#include "server/kernels/resize_fns.h"

namespace eager::server {
namespace {

template <bool kBilinear>
void ExpectGradient(int64_t height, int64_t width, int64_t to_height, int64_t to_width, bool align, bool half_pixel) {
  const ResizeAxis ys(height, to_height, align, half_pixel), xs(width, to_width, align, half_pixel);
  std::mt19937 random(5);
  std::vector<double> grads(static_cast<size_t>(to_height * to_width)), expected(static_cast<size_t>(height * width), 0.0);
  for (double& g : grads) g = static_cast<double>(random() % 17) - 8;
  for (int64_t y = 0; y < to_height; ++y) {
    for (int64_t x = 0; x < to_width; ++x) {
      const ResizeSource from_y = ys.Source<kBilinear>(y), from_x = xs.Source<kBilinear>(x);
      ASSERT_TRUE(0 <= from_y.lower && from_y.lower <= from_y.upper && from_y.upper < height);
      ASSERT_TRUE(0 <= from_x.lower && from_x.lower <= from_x.upper && from_x.upper < width);
      const double g = grads[static_cast<size_t>(y * to_width + x)];
      const auto add = [&](int64_t row, int64_t column, double share) {
        expected[static_cast<size_t>(row * width + column)] += share * g;
      };
      add(from_y.lower, from_x.lower, (1.0 - from_y.lerp) * (1.0 - from_x.lerp));
      add(from_y.lower, from_x.upper, (1.0 - from_y.lerp) * from_x.lerp);
      add(from_y.upper, from_x.lower, from_y.lerp * (1.0 - from_x.lerp));
      add(from_y.upper, from_x.upper, double{from_y.lerp} * from_x.lerp);
    }
  }
  const auto grad = [&](int64_t y, int64_t x) { return grads[static_cast<size_t>(y * to_width + x)]; };
  for (int64_t i = 0; i < height * width; ++i) {
    const double sum = ResizeGradient<kBilinear, double>(ys, xs, i / width, i % width, grad);
    EXPECT_NEAR(sum, expected[static_cast<size_t>(i)], 1e-4) << i;
  }
}

TEST(ResizeGradient, IsWhatResizedPixelsGiveBack) {
  for (const auto& [align, half_pixel] : {std::pair(false, false), {true, false}, {false, true}}) {
    for (const auto& [height, width, to_height, to_width] :
         {std::array{1, 1, 1, 1}, {4, 5, 8, 10}, {4, 5, 9, 13}, {9, 7, 4, 2}, {3, 3, 1, 1}, {1, 2, 5, 7}, {6, 6, 6, 6}}) {
      ExpectGradient<true>(height, width, to_height, to_width, align, half_pixel);
      ExpectGradient<false>(height, width, to_height, to_width, align, half_pixel);
    }
  }
}

TEST(LrnWindow, CoversTheChannelsAround) {
  const std::vector<float> x = {1, 2, 3, 4, 5};
  const auto in = [&](int64_t i) { return x[static_cast<size_t>(i)]; };
  const LrnWindow near(5, 1, 1, 0.5f, 0.75f), all(5, INT32_MAX, 0, 1, 1);
  EXPECT_FLOAT_EQ(near.Norm(in, 0), 1 + 0.5f * 5);
  EXPECT_FLOAT_EQ(near.Norm(in, 2), 1 + 0.5f * 29);
  EXPECT_FLOAT_EQ(near.Sum(in, 4), 9);
  EXPECT_FLOAT_EQ(all.Norm(in, 3), 55);
  EXPECT_FLOAT_EQ(LrnWindow(5, 0, 0, 1, 1).Norm(in, 1), 4);
  EXPECT_FLOAT_EQ(all.Scaled(10, 5), 2);
  EXPECT_FLOAT_EQ(all.Shared(3, 5, 10), -3);
}

}  // namespace
}  // namespace eager::server
