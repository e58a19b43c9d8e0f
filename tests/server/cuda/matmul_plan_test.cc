#include "server/kernels/cuda/matmul_plan.h"

#include <array>
#include <random>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace eager::server::cuda {
namespace {

using Values = std::vector<double>;

Values Numbers(int64_t n, unsigned seed) {
  std::mt19937 random(seed);
  Values values(static_cast<size_t>(n));
  for (double& x : values) x = static_cast<double>(random() % 19) - 9;
  return values;
}

// c = op(a) op(b) as a library does it that reads by columns: rows of an operand are its leading dimension apart.
double At(const double* matrix, const ColumnMajor& layout, int64_t row, int64_t column) {
  if (layout.transpose) std::swap(row, column);
  return matrix[row + column * layout.rows];
}
void CallLibrary(const ProductShape& s, const double* first, const double* second, double* result) {
  const ColumnMajor a = FirstOperand(s), b = SecondOperand(s), c = ProductResult(s);
  for (int64_t i = 0; i < s.batch; ++i) {
    for (int64_t row = 0; row < c.rows; ++row) {
      for (int64_t column = 0; column < c.columns; ++column) {
        double sum = 0;
        for (int64_t p = 0; p < s.k; ++p) {
          sum += At(first + i * s.step_b, a, row, p) * At(second + i * s.step_a, b, p, column);
        }
        result[i * s.step_c + row + column * c.rows] = sum;
      }
    }
  }
}

Values ByPlan(const MatMulPlan& plan, const Values& a, const Values& b, int64_t size) {
  Values c(static_cast<size_t>(size), -1e9);
  const Views<3, int64_t> starts(plan.calls);
  const double *x = a.data(), *y = b.data();
  if (plan.swapped) std::swap(x, y);
  for (int64_t call = 0; call < plan.calls.num_elements; ++call) {
    const auto start = starts(call);
    CallLibrary(plan.shape, y + start.at[1], x + start.at[0], c.data() + start.at[2]);
  }
  return c;
}

Values Reference(const MatMulDims& d, const Values& a, const Values& b) {
  Values c(static_cast<size_t>(d.batches() * d.m * d.n));
  for (int64_t i = 0; i < d.batches(); ++i) {
    const double* x = a.data() + d.Matrix(d.batch_a, i) * d.m * d.k;
    const double* y = b.data() + d.Matrix(d.batch_b, i) * d.k * d.n;
    for (int64_t row = 0; row < d.m; ++row) {
      for (int64_t column = 0; column < d.n; ++column) {
        double sum = 0;
        for (int64_t p = 0; p < d.k; ++p) {
          sum += (d.transpose_a ? x[p * d.m + row] : x[row * d.k + p]) *
                 (d.transpose_b ? y[column * d.k + p] : y[p * d.n + column]);
        }
        c[static_cast<size_t>((i * d.m + row) * d.n + column)] = sum;
      }
    }
  }
  return c;
}

Shape With(const Shape& batch, int64_t rows, int64_t columns) {
  Shape shape = batch;
  shape.push_back(rows);
  shape.push_back(columns);
  return shape;
}

MatMulDims Dims(const Shape& batch_a, const Shape& batch_b, int64_t m, int64_t n, int64_t k, bool ta, bool tb) {
  const Shape batch = Broadcast(batch_a, batch_b).value();
  return MatMulDims::Make(With(batch_a, ta ? k : m, ta ? m : k), With(batch_b, tb ? n : k, tb ? k : n),
                          With(batch, m, n), ta, tb);
}

const Shape kBatches[][2] = {
    {{}, {}},
    {{5}, {5}},
    {{5}, {}},
    {{}, {5}},
    {{5}, {1}},
    {{1}, {1}},
    {{2, 3}, {2, 3}},
    {{2, 3}, {3}},
    {{3}, {2, 3}},
    {{2, 1}, {1, 3}},
    {{2, 3}, {2, 1}},
    {{2, 1, 4}, {3, 1}},
    {{2, 3, 4}, {3, 1}},
    {{4, 1, 2}, {4, 3, 1}},
};

TEST(MatMulPlan, MultipliesAsTheOpSays) {
  for (const auto& [batch_a, batch_b] : kBatches) {
    for (const auto& [m, n, k] :
         {std::array<int64_t, 3>{2, 3, 4}, {1, 3, 4}, {2, 1, 4}, {2, 3, 1}, {1, 1, 3}, {1, 1, 1}}) {
      for (int transposed = 0; transposed < 4; ++transposed) {
        const MatMulDims dims = Dims(batch_a, batch_b, m, n, k, (transposed & 1) != 0, (transposed & 2) != 0);
        const Values a = Numbers(batch_a.num_elements() * m * k, 1), b = Numbers(batch_b.num_elements() * k * n, 2);
        const Values expected = Reference(dims, a, b);
        for (const bool may_swap : {false, true}) {
          const MatMulPlan plan = MatMulPlan::Make(dims, may_swap).value();
          ASSERT_EQ(ByPlan(plan, a, b, static_cast<int64_t>(expected.size())), expected)
              << batch_a.ToString() << " x " << batch_b.ToString() << ", " << m << " " << n << " " << k << ", "
              << transposed;
          EXPECT_TRUE(may_swap || !plan.swapped);
        }
      }
    }
  }
}

TEST(MatMulPlan, OneCallForWhatOneStrideExpresses) {
  for (int i = 0; i < 7; ++i) {
    const MatMulPlan plan = MatMulPlan::Make(Dims(kBatches[i][0], kBatches[i][1], 2, 3, 4, true, false)).value();
    EXPECT_EQ(plan.calls.num_elements, 1) << i;
  }
  const MatMulPlan crossed = MatMulPlan::Make(Dims({2, 1}, {1, 7}, 2, 3, 4, true, false)).value();
  EXPECT_EQ(crossed.calls.num_elements, 2);
  EXPECT_EQ(crossed.shape.batch, 7);
}

TEST(MatMulPlan, MatricesThatMeetOneOtherAreOneTallMatrix) {
  const MatMulPlan dense = MatMulPlan::Make(Dims({6, 5}, {}, 2, 3, 4, false, true)).value();
  EXPECT_EQ(dense.shape.batch, 1);
  EXPECT_EQ(dense.shape.m, 60);
  EXPECT_EQ(dense.calls.num_elements, 1);
  // A transposed one is not, but for a row, which lies as a column does.
  EXPECT_EQ(MatMulPlan::Make(Dims({6}, {}, 2, 3, 4, true, false))->shape.batch, 6);
  EXPECT_EQ(MatMulPlan::Make(Dims({6}, {}, 1, 3, 4, true, false))->shape.m, 6);
}

TEST(MatMulPlan, ColumnsAreTakenAsRows) {
  const MatMulPlan plan = MatMulPlan::Make(Dims({}, {}, 64, 1, 32, false, false)).value();
  EXPECT_TRUE(plan.swapped);
  EXPECT_EQ(plan.shape.m, 1);
  EXPECT_EQ(plan.shape.n, 64);
  EXPECT_EQ(FirstOperand(plan.shape).rows, 32);  // what the library calls the leading dimension
}

TEST(MatMulPlan, TooManyAxesAreRefused) {
  Shape a, b;
  for (int i = 0; i < 2 * kMaxViewRank + 2; ++i) {
    a.push_back(i % 2 == 0 ? 2 : 1);
    b.push_back(i % 2 == 0 ? 1 : 2);
  }
  EXPECT_EQ(MatMulPlan::Make(Dims(a, b, 1, 1, 1, true, false)).status().code(), absl::StatusCode::kUnimplemented);
}

TEST(AlignmentOf, IsThatOfAddressAndSteps) {
  const auto address = [](uintptr_t a) { return reinterpret_cast<const void*>(a); };
  EXPECT_EQ(AlignmentOf(address(0x10000), 0), 256);
  EXPECT_EQ(AlignmentOf(address(0x10000), 48), 16);
  EXPECT_EQ(AlignmentOf(address(0x10004), 1024), 4);
  EXPECT_EQ(AlignmentOf(address(0x10002), 0), 2);
}

}  // namespace
}  // namespace eager::server::cuda
