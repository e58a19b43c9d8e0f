// Second derivatives through ops whose gradients have axes, sizes and indices of their own, in forms that the golden
// files do not have: the client must know every shape without computing a value.

#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "client/eager.h"
#include "gtest/gtest.h"
#include "tests/support/in_process.h"

namespace eager {
namespace {

class HigherOrderTest : public ::testing::Test {
 protected:
  // d²/dx² of the sum of w * f(x²): twice f's own gradient for the upstream w.
  template <class F>
  std::vector<float> Second(const Tensor& x, const Tensor& w, F f) {
    GradientTape outer;
    outer.watch(x);
    std::optional<Tensor> first;
    {
      GradientTape inner;
      inner.watch(x);
      first = inner.gradient(f(op("Square", {x})[0]) * w, x);
    }
    return outer.gradient(*first, x).value().read<float>();
  }

  std::unique_ptr<testing::InProcessServer> server_ = testing::InProcessServer::Make().value();
};

// Not from a host value: only the server knows what is in it.
Tensor OnServer(const Tensor& t) { return t + constant(std::vector<int32_t>(t.shape().num_elements(), 0), t.shape()); }

TEST_F(HigherOrderTest, StridedSliceByInt16) {
  const auto int16 = [](int16_t v) { return constant(std::vector<int16_t>{v}); };
  const auto f = [&](const Tensor& t) { return op("StridedSlice", {t, int16(1), int16(6), int16(2)})[0]; };
  EXPECT_EQ(Second(constant({1.f, 2.f, 3.f, 4.f, 5.f, 6.f}), constant({1.f, 10.f, 100.f}), f),
            (std::vector<float>{0, 2, 0, 20, 0, 200}));
}

TEST_F(HigherOrderTest, RollByTheSmallestInteger) {
  // -2^63 is 2 modulo 5.
  const Tensor shift = constant(std::numeric_limits<int64_t>::min());
  const auto f = [&](const Tensor& t) { return op("Roll", {t, shift, constant(-1)})[0]; };
  EXPECT_EQ(Second(constant({1.f, 2.f, 3.f, 4.f, 5.f}), constant({1.f, 2.f, 3.f, 4.f, 5.f}), f),
            (std::vector<float>{6, 8, 10, 2, 4}));
}

TEST_F(HigherOrderTest, ConcatOfMorePiecesThanTheClientKeepsValuesOf) {
  const int n = 100;
  std::vector<float> weights(n), want(1, 0);
  std::iota(weights.begin(), weights.end(), 1.f);
  for (float w : weights) want[0] += 2 * w;
  const auto f = [&](const Tensor& t) {
    std::vector<Operand> pieces(n, t);
    pieces.emplace_back(0);
    return op("ConcatV2", pieces)[0];
  };
  EXPECT_EQ(Second(constant({3.f}), constant(weights), f), want);
}

TEST_F(HigherOrderTest, AxesAndIndicesThatTheServerComputed) {
  const Tensor x = constant({{1.f, 2.f, 3.f}, {4.f, 5.f, 6.f}});
  const auto ints = [](std::vector<int32_t> v) { return OnServer(constant(v)); };
  const auto slice = [&](const Tensor& t) { return op("Slice", {t, ints({0, 1}), ints({2, 1})})[0]; };
  EXPECT_EQ(Second(x, constant({{1.f}, {10.f}}), slice), (std::vector<float>{0, 2, 0, 0, 20, 0}));
  const auto transpose = [&](const Tensor& t) { return op("Transpose", {t, ints({1, 0})})[0]; };
  EXPECT_EQ(Second(x, constant({{1.f, 2.f}, {3.f, 4.f}, {5.f, 6.f}}), transpose), (std::vector<float>{2, 6, 10, 4, 8, 12}));
  const auto sum = [&](const Tensor& t) { return op("Sum", {t, ints({-1})})[0]; };
  EXPECT_EQ(Second(x, constant({1.f, 10.f}), sum), (std::vector<float>{2, 2, 2, 20, 20, 20}));
  const auto pad = [&](const Tensor& t) { return op("Pad", {t, OnServer(constant({{1, 0}, {0, 2}}))})[0]; };
  const Tensor upstream = op("Fill", {constant({3, 5}), 0.5f})[0];
  EXPECT_EQ(Second(x, upstream, pad), std::vector<float>(6, 1));
}

// Shapes alone do not tell which axis of a square was reduced.
TEST_F(HigherOrderTest, ReductionsOfSquares) {
  const Tensor x = constant({{1.f, 2.f}, {3.f, 4.f}});
  for (const char* name : {"Sum", "Mean"}) {
    const float share = name[0] == 'S' ? 1 : 0.5f;
    const auto f = [&](int axis) { return [=](const Tensor& t) { return op(name, {t, constant({axis})})[0]; }; };
    EXPECT_EQ(Second(x, constant({1.f, 10.f}), f(0)), (std::vector<float>{2 * share, 20 * share, 2 * share, 20 * share}));
    EXPECT_EQ(Second(x, constant({1.f, 10.f}), f(-1)), (std::vector<float>{2 * share, 2 * share, 20 * share, 20 * share}));
  }
}

}  // namespace
}  // namespace eager
