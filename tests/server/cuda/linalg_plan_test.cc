#include "server/kernels/cuda/linalg_plan.h"

#include <cmath>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace eager::server::cuda {
namespace {

using Values = std::vector<double>;

// LAPACK's getrf on one matrix by columns, with its pivots and its info.
struct Lu {
  Values values;
  std::vector<int32_t> pivots;
  int32_t info = 0;
};
Lu Decompose(Values a, int64_t n) {
  Lu lu{std::move(a), {}};
  const auto at = [&](int64_t row, int64_t column) -> double& {
    return lu.values[static_cast<size_t>(column * n + row)];
  };
  for (int64_t p = 0; p < n; ++p) {
    int64_t best = p;
    for (int64_t row = p + 1; row < n; ++row) {
      if (std::abs(at(row, p)) > std::abs(at(best, p))) best = row;
    }
    lu.pivots.push_back(static_cast<int32_t>(best + 1));
    if (at(best, p) == 0) {
      if (lu.info == 0) lu.info = static_cast<int32_t>(p + 1);
      continue;
    }
    for (int64_t column = 0; column < n; ++column) std::swap(at(p, column), at(best, column));
    for (int64_t row = p + 1; row < n; ++row) {
      at(row, p) /= at(p, p);
      for (int64_t column = p + 1; column < n; ++column) at(row, column) -= at(row, p) * at(p, column);
    }
  }
  return lu;
}

// By the first row's minors.
double Determinant(const Values& a, int64_t n) {
  if (n == 0) return 1;
  double sum = 0;
  for (int64_t column = 0; column < n; ++column) {
    Values minor;
    for (int64_t row = 1; row < n; ++row) {
      for (int64_t c = 0; c < n; ++c) {
        if (c != column) minor.push_back(a[static_cast<size_t>(row * n + c)]);
      }
    }
    sum += (column % 2 == 0 ? 1 : -1) * a[static_cast<size_t>(column)] * Determinant(minor, n - 1);
  }
  return sum;
}

Values Numbers(int64_t n, unsigned seed) {
  std::mt19937 random(seed);
  Values values(static_cast<size_t>(n));
  for (double& x : values) x = static_cast<double>(random() % 17) - 8;
  return values;
}

// As a warp does: each of 32 lanes multiplies some pivots, then all products are one.
template <class Product>
Product ByLanes(const Lu& lu, int64_t n) {
  std::vector<Product> lanes;
  for (int64_t lane = 0; lane < 32; ++lane) {
    lanes.push_back(
        MultiplyPivots<Product>(lu.values.data(), lu.pivots.data(), n, PivotsToMultiply(n, lu.info), lane, 32));
  }
  for (size_t by = 16; by > 0; by /= 2) {
    std::vector<Product> next = lanes;
    for (size_t lane = 0; lane < 32; ++lane) next[lane].Times(lanes[lane ^ by]);
    lanes = next;
  }
  return lanes[0];
}

TEST(Pivots, MakeTheDeterminant) {
  for (int64_t n = 1; n <= 6; ++n) {
    for (unsigned seed = 0; seed < 20; ++seed) {
      const Values a = Numbers(n * n, seed);
      const double expected = Determinant(a, n);
      const Lu lu = Decompose(a, n);  // of the transpose, which is all the same here
      EXPECT_NEAR(ByLanes<ScaledProduct<double>>(lu, n).value(), expected, 1e-9 * (1 + std::abs(expected))) << n;
      const auto log = ByLanes<LogProduct<double>>(lu, n);
      if (std::abs(expected) < 1e-6) continue;
      EXPECT_EQ(log.sign, expected > 0 ? 1 : -1);
      EXPECT_NEAR(log.log, std::log(std::abs(expected)), 1e-9);
    }
  }
}

TEST(Pivots, OfSingularMatricesAndOfNone) {
  const Lu singular = Decompose({1, 2, 2, 4}, 2);
  EXPECT_EQ(singular.info, 2);
  EXPECT_EQ(ByLanes<ScaledProduct<double>>(singular, 2).value(), 0);
  EXPECT_EQ(ByLanes<LogProduct<double>>(singular, 2).sign, 0);
  EXPECT_EQ(ByLanes<LogProduct<double>>(singular, 2).log, -std::numeric_limits<double>::infinity());
  // What lies beyond a zero pivot may be anything.
  Lu beyond = Decompose({0, 0, 0, 1, 5, 2, 3, 4, 7}, 3);
  EXPECT_EQ(beyond.info, 1);
  beyond.values[8] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(ByLanes<ScaledProduct<double>>(beyond, 3).value(), 0);
  EXPECT_EQ(ByLanes<ScaledProduct<double>>(Lu(), 0).value(), 1);
  EXPECT_EQ(ByLanes<LogProduct<double>>(Lu(), 0).log, 0);
}

TEST(Pivots, DoNotOverflowBeforeTheEnd) {
  const Lu lu{{1e300, 0, 0, 0, 1e300, 0, 0, 0, 1e-300}, {1, 2, 3}, 0};
  EXPECT_NEAR(ByLanes<ScaledProduct<double>>(lu, 3).value() / 1e300, 1, 1e-12);
}

TEST(Pivots, SayWhetherThereIsAnInverse) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(EndsInverse(0.0, 0));
  EXPECT_TRUE(EndsInverse(nan, 0));
  EXPECT_FALSE(EndsInverse(-1.0, 0));
  EXPECT_TRUE(EndsInverse(0.0, 3));
  EXPECT_FALSE(EndsInverse(nan, 3));
  EXPECT_FALSE(EndsInverse(1e-300, 3));
  EXPECT_EQ(SingularMatrix("Input", 0, 1).message(), "Input is not invertible.");
  EXPECT_EQ(SingularMatrix("Input", 2, 5).message(), "Input is not invertible. (matrix 2 of 5)");
}

TEST(Elements, OfUnitMatrices) {
  Values units(3 * 9, 7);
  const UnitMatrices<double> fn{units.data(), 3};
  for (int64_t i = 0; i < 27; ++i) fn(i);
  for (int64_t i = 0; i < 27; ++i) EXPECT_EQ(units[static_cast<size_t>(i)], i % 9 / 3 == i % 3 ? 1 : 0) << i;
}

TEST(Elements, OfCholeskysFactors) {
  Values matrices = {1, 2, 3, 4, 5, 6, 7, 8};
  const std::vector<int32_t> info = {0, 1};
  const CholeskyFactors<double> fn{matrices.data(), info.data(), 2, std::numeric_limits<double>::quiet_NaN()};
  for (int64_t i = 0; i < 8; ++i) fn(i);
  EXPECT_EQ(Values(matrices.begin(), matrices.begin() + 4), (Values{1, 0, 3, 4}));
  EXPECT_EQ(matrices[5], 0);
  for (size_t i : {4, 6, 7}) EXPECT_TRUE(std::isnan(matrices[i])) << i;
}

TEST(Elements, OfPointers) {
  const int64_t out[] = {2, 3}, shape[] = {1, 3};
  const absl::Span<const int64_t> shapes[] = {shape};
  ViewPlan plan = ViewPlan::Broadcast(out, shapes).value();
  for (int axis = 0; axis < plan.rank; ++axis) plan.steps[0][axis] *= 16;
  char memory[3 * 16 * 4];
  void* pointers[6] = {};
  const MatrixPointers fn{memory, Views<1, int64_t>(plan), 4, pointers};
  for (int64_t i = 0; i < 6; ++i) fn(i);
  for (int64_t i = 0; i < 6; ++i) EXPECT_EQ(pointers[i], memory + i % 3 * 64) << i;
}

TEST(Batches, OfSmallMatricesAreOneCall) {
  EXPECT_TRUE(InOneCall(3, 1));
  EXPECT_TRUE(InOneCall(3, 1 << 20));
  EXPECT_TRUE(InOneCall(512, 100));
  EXPECT_FALSE(InOneCall(512, 2));
  EXPECT_FALSE(InOneCall(2000, 100));
}

}  // namespace
}  // namespace eager::server::cuda
