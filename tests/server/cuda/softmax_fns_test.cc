// The arithmetic of a GPU's softmax, on the host: rows in one pass and in parts, against two plain passes.
#include "server/kernels/cuda/softmax_fns.h"

#include <vector>

#include "gtest/gtest.h"

namespace eager::server::cuda {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();

struct Plain {
  float most = -kInf;
  double sum = 0;
  explicit Plain(const std::vector<float>& x) {
    for (const float v : x) most = v > most ? v : most;
    for (const float v : x) sum += std::exp(v - most);
  }
};

// The row cut into `parts`, as a block's threads see it.
MostAndSum<float> InParts(const std::vector<float>& x, size_t parts) {
  auto all = MostAndSum<float>::Nothing();
  for (size_t part = 0; part < parts; ++part) {
    auto own = MostAndSum<float>::Nothing();
    for (size_t i = part; i < x.size(); i += parts) own.Add(x[i]);
    all = MostAndSum<float>::Merge(all, own);
  }
  return all;
}

TEST(Softmax, FindsTheLargestAndTheSumInOnePass) {
  const std::vector<std::vector<float>> rows = {{0},
                                                {1, 2, 3},
                                                {3, 2, 1},
                                                {-1e30f, 0, 1e30f},
                                                {-kInf, -kInf, 5, 4},
                                                {5, -kInf, 5, 5},
                                                {100, -100, 99, 3, 2, 88, 7, 100}};
  for (const auto& x : rows) {
    const Plain plain(x);
    for (const size_t parts : {1, 2, 3, 32}) {
      const auto found = InParts(x, parts);
      EXPECT_EQ(found.most, plain.most);
      EXPECT_NEAR(found.sum, plain.sum, 1e-6 * plain.sum);
      EXPECT_FLOAT_EQ(found.Total(), static_cast<float>(found.sum));
    }
  }
}

TEST(Softmax, IsNanWhereTwoPassesAre) {
  const std::vector<std::vector<float>> rows = {{NAN},          {1, NAN, 3}, {NAN, 1},       {-kInf},
                                                {-kInf, -kInf}, {kInf, 1},   {1, kInf, kInf}};
  for (const auto& x : rows) {
    EXPECT_TRUE(std::isnan(Plain(x).sum));
    for (const size_t parts : {1, 2, 5}) EXPECT_TRUE(std::isnan(InParts(x, parts).Total())) << x[0];
  }
}

TEST(Softmax, ElementsOfARow) {
  const std::vector<float> x = {0.5f, -1, 3};
  const Plain plain(x);
  const RowTotals<float> totals(plain.most, static_cast<float>(plain.sum));
  for (const float v : x) {
    const double p = std::exp(static_cast<double>(v) - plain.most) / plain.sum;
    EXPECT_NEAR(SoftmaxOf(totals, std::exp(v - totals.most)), p, 1e-7);
    EXPECT_NEAR(LogSoftmaxOf(totals, v), std::log(p), 1e-6);
    EXPECT_NEAR(LossOf(totals, v, 0.25f), -0.25 * std::log(p), 1e-6);
  }
}

}  // namespace
}  // namespace eager::server::cuda
