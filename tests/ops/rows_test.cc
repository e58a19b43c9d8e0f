// Reductions and selections along rows of every length around those of vectors and blocks, with ties, infinities and nan, beside
// plain loops.

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "absl/strings/str_cat.h"
#include "client/constant.h"
#include "client/op.h"
#include "gtest/gtest.h"
#include "tests/support/in_process.h"

namespace eager {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr int64_t kRows = 7;

class Rows : public ::testing::TestWithParam<int64_t> {
 protected:
  static void SetUpTestSuite() { server_ = testing::InProcessServer::Make().value(); }
  static void TearDownTestSuite() { server_.reset(); }

  const int64_t columns_ = GetParam();
  std::mt19937 random_{static_cast<uint32_t>(GetParam())};

  // Small whole numbers, so that many are equal and sums are exact. Of the last rows some elements, or all, are special.
  std::vector<float> Values(bool special) {
    std::vector<float> x(static_cast<size_t>(kRows * columns_));
    for (float& v : x) v = static_cast<float>(static_cast<int>(random_() % 41) - 20);
    if (!special) return x;
    const float kinds[] = {kNan, kInf, -kInf};
    for (size_t i = static_cast<size_t>((kRows - 4) * columns_); i < x.size(); ++i) {
      const size_t row = i / static_cast<size_t>(columns_);
      if (row == kRows - 1) x[i] = kNan;
      if (row == kRows - 2) x[i] = -kInf;
      if (row < kRows - 2 && random_() % 16 == 0) x[i] = kinds[random_() % 3];
    }
    return x;
  }

 private:
  static inline std::unique_ptr<testing::InProcessServer> server_;
};
INSTANTIATE_TEST_SUITE_P(Columns, Rows,
                         ::testing::Values(1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 130, 511, 512, 513, 1000, 1025, 5000));

std::vector<Tensor> Call(const char* name, const std::vector<Operand>& inputs, const NamedAttrs& attrs = {}) {
  return op(name, inputs, attrs);
}

TEST_P(Rows, ArgExtrema) {
  const std::vector<float> x = Values(true);
  const Tensor t = constant(x, Shape{kRows, columns_});
  for (const bool max : {true, false}) {
    for (DType dtype : {DType::kFloat32, DType::kBFloat16}) {  // which has these numbers as well
      const Tensor cast = Call("Cast", {t}, {{"DstT", dtype}})[0];
      const std::vector<int64_t> got = Call(max ? "ArgMax" : "ArgMin", {cast, 1})[0].read<int64_t>();
      for (int64_t r = 0; r < kRows; ++r) {
        double best = std::numeric_limits<float>::max();
        if (max) best = -best;
        int64_t want = 0;
        for (int64_t i = 0; i < columns_; ++i) {
          const double v = x[static_cast<size_t>(r * columns_ + i)];
          if (max ? v > best : v < best) best = v, want = i;
        }
        EXPECT_EQ(got[static_cast<size_t>(r)], want) << (max ? "ArgMax" : "ArgMin") << " of row " << r;
      }
    }
  }
}

TEST_P(Rows, TopK) {
  const std::vector<float> x = Values(true);
  const Tensor t = constant(x, Shape{kRows, columns_});
  for (int32_t k : {1, 3, 10, 32, 33, 100}) {
    if (k > columns_) continue;
    for (DType dtype : {DType::kFloat32, DType::kFloat16}) {
      const std::vector<Tensor> top = Call("TopKV2", {Call("Cast", {t}, {{"DstT", dtype}})[0], k});
      const std::vector<float> values = Call("Cast", {top[0]}, {{"DstT", DType::kFloat32}})[0].read<float>();
      const std::vector<int32_t> got = top[1].read<int32_t>();
      for (int64_t r = 0; r < kRows; ++r) {
        const float* row = x.data() + r * columns_;
        std::vector<int32_t> order(static_cast<size_t>(columns_));
        std::iota(order.begin(), order.end(), 0);
        const auto rank = [&](int32_t i) { return std::isnan(row[i]) ? std::pair(1, 0.f) : std::pair(0, row[i]); };
        std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) { return rank(a) > rank(b); });
        for (int32_t i = 0; i < k; ++i) {
          const auto at = static_cast<size_t>(r * k + i);
          ASSERT_EQ(got[at], order[static_cast<size_t>(i)]) << "place " << i << " of " << k << " of row " << r;
          const float want = row[got[at]];
          ASSERT_TRUE(values[at] == want || (std::isnan(want) && std::isnan(values[at])));
        }
      }
    }
  }
}

// In ascending order every element displaces another.
TEST_P(Rows, TopKOfAscendingRows) {
  std::vector<int32_t> x(static_cast<size_t>(columns_));
  std::iota(x.begin(), x.end(), -5);
  const auto k = static_cast<int32_t>(std::min<int64_t>(columns_, 20));
  const std::vector<int32_t> got = Call("TopKV2", {constant(x), k})[1].read<int32_t>();
  for (int32_t i = 0; i < k; ++i) EXPECT_EQ(got[static_cast<size_t>(i)], columns_ - 1 - i);
}

TEST_P(Rows, Reductions) {
  const std::vector<float> x = Values(false);
  const Tensor t = constant(x, Shape{kRows, columns_});
  const struct {
    const char* name;
    double (*fold)(double, double);
    double start;
  } ops[] = {{"Sum", [](double a, double b) { return a + b; }, 0},
             {"Max", [](double a, double b) { return std::max(a, b); }, -HUGE_VAL},
             {"Min", [](double a, double b) { return std::min(a, b); }, HUGE_VAL}};
  for (const auto& o : ops) {
    for (DType dtype : {DType::kFloat32, DType::kFloat64, DType::kInt32, DType::kInt8}) {
      if (dtype == DType::kInt8 && std::string(o.name) == "Sum") continue;
      const Tensor reduced = Call(o.name, {Call("Cast", {t}, {{"DstT", dtype}})[0], 1})[0];
      const std::vector<float> got = Call("Cast", {reduced}, {{"DstT", DType::kFloat32}})[0].read<float>();
      for (int64_t r = 0; r < kRows; ++r) {
        const auto row = x.begin() + r * columns_;
        EXPECT_EQ(got[static_cast<size_t>(r)], std::accumulate(row, row + columns_, o.start, o.fold)) << o.name << " of row " << r;
      }
    }
  }
}

}  // namespace
}  // namespace eager
