// Long sums are accurate, 16-bit floats are added up as float32, integers wrap around, and what is no number goes where
// TensorFlow lets it.

#include <cmath>
#include <limits>

#include "client/constant.h"
#include "client/gradient_tape.h"
#include "client/op.h"
#include "gtest/gtest.h"
#include "tests/support/in_process.h"

namespace eager {
namespace {

constexpr double kUlp = 0x1p-23;  // of float32, relative
// Of a sum of equal numbers, the worst case: the roundings of a block all go one way.
constexpr double kSum = 3 * kUlp;
constexpr float kInf = std::numeric_limits<float>::infinity();

class Precision : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = testing::InProcessServer::Make().value(); }
  static void TearDownTestSuite() { server_.reset(); }

 private:
  static inline std::unique_ptr<testing::InProcessServer> server_;
};

Tensor Call(const char* name, const std::vector<Operand>& inputs, const NamedAttrs& attrs = {}) {
  return op(name, inputs, attrs)[0];
}
Tensor Filled(const std::vector<int64_t>& extents, float value, DType dtype = DType::kFloat32) {
  return Call("Fill", {extents, Call("Cast", {constant(value)}, {{"DstT", dtype}})});
}
double Value(const Tensor& t) { return static_cast<double>(t); }
void ExpectRelative(double got, double want, double tolerance) {
  EXPECT_LE(std::abs(got - want), tolerance * std::abs(want)) << "got " << got << ", want " << want;
}

constexpr int64_t kMany = 1 << 22;
const double kTenth = static_cast<double>(0.1f);

TEST_F(Precision, SumsOfManyFloats) {
  const double want = kTenth * kMany;
  const Tensor x = Filled({kMany}, 0.1f);
  ExpectRelative(Value(Call("Sum", {x, 0})), want, kSum);
  ExpectRelative(Value(Call("Mean", {x, 0})), kTenth, kSum);
  ExpectRelative(Value(Call("L2Loss", {x})), static_cast<double>(0.1f * 0.1f) * kMany / 2, kSum);
  for (int64_t columns : {1, 3, 700}) {
    const Tensor matrix = Filled({kMany / columns, columns}, 0.1f);
    const auto rows = static_cast<double>(kMany / columns);
    for (float v : Call("Sum", {matrix, 0}).read<float>()) ExpectRelative(v, kTenth * rows, kSum);
    for (float v : Call("BiasAddGrad", {matrix}).read<float>()) ExpectRelative(v, kTenth * rows, kSum);
  }
  const std::vector<float> sums = Call("Cumsum", {x, 0}).read<float>();
  for (size_t i = 1; i <= sums.size(); i *= 3) ExpectRelative(sums[i - 1], kTenth * static_cast<double>(i), kUlp);
  ExpectRelative(sums.back(), want, kUlp);
}

TEST_F(Precision, LongProducts) {
  std::vector<float> factors(1000003);
  double want = 1;
  for (size_t i = 0; i < factors.size(); ++i) {
    factors[i] = 1 + 1e-4f * std::sin(static_cast<float>(i));
    want *= static_cast<double>(factors[i]);
  }
  ExpectRelative(Value(Call("Prod", {constant(factors), 0})), want, kUlp);
}

TEST_F(Precision, MeansOfMany16BitFloats) {
  for (DType dtype : {DType::kFloat16, DType::kBFloat16}) {
    const Tensor x = Filled({10'000'000}, 1.5f, dtype);
    EXPECT_EQ(Value(Call("Mean", {x, 0})), 1.5);
    EXPECT_EQ(Value(Call("Sum", {x, 0})), dtype == DType::kFloat16 ? kInf : 15007744.0);  // 229 * 2^16
  }
}

// 30000 has a place among the numbers of float16, but one more than 2048 does not.
TEST_F(Precision, SumsIn16BitsAreOfFloat32) {
  static constexpr int64_t kRows = 30000;
  const Tensor ones = Filled({kRows, 2}, 1, DType::kFloat16), zeros = Call("Fill", {{int64_t{kRows}}, 0});
  const auto expect = [](const Tensor& t) {
    for (float v : Call("Cast", {t}, {{"DstT", DType::kFloat32}}).read<float>()) EXPECT_EQ(v, kRows);
  };
  const Tensor places = Call("ExpandDims", {zeros, 1}), place = Filled({1, 2}, 0, DType::kFloat16);
  expect(Call("Sum", {ones, 0}));
  expect(Call("BiasAddGrad", {ones}));
  expect(Call("UnsortedSegmentSum", {ones, zeros, 1}));
  expect(Call("ScatterNd", {places, ones, {1, 2}}));
  expect(Call("TensorScatterAdd", {place, places, ones}));
  expect(Call("MatMul", {ones, ones}, {{"transpose_a", true}}));
  GradientTape tape;
  tape.watch(place);
  expect(*tape.gradient(Call("GatherV2", {place, zeros, 0}), place));
  const auto last = Call("Cast", {Call("Cumsum", {ones, 0})}, {{"DstT", DType::kFloat32}}).read<float>();
  EXPECT_EQ(last.back(), kRows);
}

TEST_F(Precision, LongInnerAxesOfProductsIn16Bits) {
  for (DType dtype : {DType::kFloat16, DType::kBFloat16}) {
    const Tensor a = Filled({3, 30000}, 0.0625f, dtype), b = Filled({30000, 5}, 0.5f, dtype);
    const Tensor c = Call("Cast", {Call("MatMul", {a, b})}, {{"DstT", DType::kFloat32}});
    for (float v : c.read<float>()) ExpectRelative(v, 937.5, dtype == DType::kFloat16 ? 0x1p-11 : 0x1p-8);
  }
}

TEST_F(Precision, ScatteredSumsOfManyFloats) {
  const Tensor x = Filled({kMany / 4, 4}, 0.1f), zeros = Call("Fill", {{kMany / 4}, 0});
  for (float v : Call("UnsortedSegmentSum", {x, zeros, 2}).read<float>()) {
    if (v != 0) ExpectRelative(v, kTenth * kMany / 4, kUlp);
  }
  EXPECT_NE(Call("UnsortedSegmentSum", {x, zeros, 2}).read<float>()[0], 0);
}

TEST_F(Precision, GradientsOfFiltersOverManyImages) {
  const Tensor images = Filled({20000, 2, 2, 4}, 0.1f), dy = Filled({20000, 2, 2, 16}, 1);
  const NamedAttrs attrs = {{"strides", std::vector<int64_t>{1, 1, 1, 1}}, {"padding", std::string("SAME")}};
  for (float v : Call("Conv2DBackpropFilter", {images, {1, 1, 4, 16}, dy}, attrs).read<float>()) {
    ExpectRelative(v, kTenth * 80000, 3e-5);
  }
}

TEST_F(Precision, SoftmaxOfLongRows) {
  for (int64_t n : {5, 1000, 1 << 21}) {
    const Tensor x = Filled({1, n}, 3), labels = Filled({1, n}, 1 / static_cast<float>(n));
    const double log = std::log(static_cast<double>(n));
    for (float v : Call("Softmax", {x}).read<float>()) ASSERT_NEAR(v * static_cast<double>(n), 1, 2 * kUlp);
    for (float v : Call("LogSoftmax", {x}).read<float>()) ASSERT_NEAR(v, -log, 2 * kUlp * log);
    const double sum = static_cast<double>(1 / static_cast<float>(n)) * static_cast<double>(n);
    ExpectRelative(Value(Call("Squeeze", {Call("SoftmaxCrossEntropyWithLogits", {x, labels})})), log * sum, 2 * kUlp);
    ExpectRelative(Value(Call("Squeeze", {Call("SparseSoftmaxCrossEntropyWithLogits", {x, {1}})})), log, 2 * kUlp);
  }
}

// A spread that is small beside the mean.
TEST_F(Precision, BatchNormStatistics) {
  constexpr int64_t kPixels = 1 << 20;
  std::vector<float> x(kPixels);
  double mean = 0, variance = 0;
  for (int64_t i = 0; i < kPixels; ++i) mean += x[i] = 1000 + std::sin(static_cast<float>(i));
  mean /= kPixels;
  for (float v : x) variance += (v - mean) * (v - mean);
  variance /= kPixels;
  for (const char* format : {"NHWC", "NCHW"}) {
    const Tensor images = constant(x, Shape{kPixels / 1024, 1, 1024, 1});
    const std::vector<Tensor> out =
        op("FusedBatchNormV3",
           {Call("Reshape", {images, std::string(format) == "NHWC" ? std::vector<int64_t>{1024, 32, 32, 1}
                                                                   : std::vector<int64_t>{1024, 1, 32, 32}}),
            constant({1.f}), constant({0.f}), Filled({0}, 0), Filled({0}, 0)},
           {{"data_format", std::string(format)}});
    ExpectRelative(Value(Call("Squeeze", {out[3]})), mean, kUlp);
    ExpectRelative(Value(Call("Squeeze", {out[4]})), variance, 1e-6);
  }
}

TEST_F(Precision, WhatIsNoNumber) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto reduce = [](const char* name, const std::vector<float>& x) {
    return static_cast<float>(Value(Call(name, {constant(x), 0})));
  };
  EXPECT_TRUE(std::isnan(reduce("Sum", {kInf, -kInf})));
  EXPECT_TRUE(std::isnan(reduce("Mean", {})));
  EXPECT_TRUE(std::isnan(reduce("Max", {1, nan, 2})));
  EXPECT_TRUE(std::isnan(reduce("Min", {1, nan, 2})));
  EXPECT_TRUE(std::isnan(reduce("Prod", {kInf, 0})));
  EXPECT_EQ(reduce("Sum", {}), 0);
  EXPECT_EQ(reduce("Prod", {}), 1);
  EXPECT_EQ(reduce("Max", {}), -kInf);
  EXPECT_EQ(reduce("Min", {}), kInf);
  EXPECT_EQ(reduce("Sum", {kInf, 1}), kInf);
  const auto minus_zero = [](const Tensor& t) {
    const auto v = static_cast<float>(Value(t));
    return v == 0 && std::signbit(v);
  };
  for (const char* name : {"Sqrt", "Floor", "Ceil", "Round", "Rint", "Sin", "Tanh", "Identity", "Expm1"}) {
    EXPECT_TRUE(minus_zero(Call(name, {constant(-0.f)}))) << name;
  }
  EXPECT_TRUE(minus_zero(Call("Neg", {constant(0.f)})));
  EXPECT_TRUE(minus_zero(Call("Mul", {constant(-1.f), 0.f})));
  EXPECT_TRUE(minus_zero(Call("Ceil", {constant(-0.5f)})));
  EXPECT_FALSE(minus_zero(Call("Abs", {constant(-0.f)})));
}

TEST_F(Precision, IntegersWrapAround) {
  const auto low = std::numeric_limits<int32_t>::min(), high = std::numeric_limits<int32_t>::max();
  const auto int32 = [](const Tensor& t) { return t.read<int32_t>(); };
  EXPECT_EQ(int32(Call("AddV2", {constant({high}), 1})), std::vector<int32_t>{low});
  EXPECT_EQ(int32(Call("Sub", {constant({low}), 1})), std::vector<int32_t>{high});
  EXPECT_EQ(int32(Call("Mul", {constant({1 << 30}), 4})), std::vector<int32_t>{0});
  EXPECT_EQ(int32(Call("Neg", {constant({low})})), std::vector<int32_t>{low});
  EXPECT_EQ(int32(Call("Abs", {constant({low})})), std::vector<int32_t>{low});
  EXPECT_EQ(int32(Call("Square", {constant({1 << 16})})), std::vector<int32_t>{0});
  EXPECT_EQ(int32(Call("Sum", {constant({high, 1}), 0})), std::vector<int32_t>{low});
  EXPECT_EQ(int32(Call("Prod", {constant({1 << 30, 2}), 0})), std::vector<int32_t>{low});
  EXPECT_EQ(int32(Call("Cumsum", {constant({high, 1, 1}), 0})), (std::vector<int32_t>{high, low, low + 1}));
  EXPECT_EQ(int32(Call("Cumprod", {constant({1 << 30, 2, 2}), 0})), (std::vector<int32_t>{1 << 30, low, 0}));
  EXPECT_EQ(int32(Call("MatMul", {constant({{high, 1}}), constant({{1}, {1}})})), std::vector<int32_t>{low});
  EXPECT_EQ(int32(Call("UnsortedSegmentSum", {constant({high, 1}), {0, 0}, 1})), std::vector<int32_t>{low});
  const Tensor bytes = constant(std::vector<int8_t>{127, 1});
  EXPECT_EQ(Call("Sum", {bytes, 0}).read<int8_t>(), std::vector<int8_t>{-128});
  EXPECT_EQ(Call("Cumsum", {bytes, 0}).read<int8_t>(), (std::vector<int8_t>{127, -128}));
  EXPECT_EQ(Call("Sub", {constant(std::vector<uint8_t>{0}), constant(std::vector<uint8_t>{1})}).read<uint8_t>(),
            std::vector<uint8_t>{255});
  const auto most = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(Call("Sum", {constant(std::vector<int64_t>{most, 1}), 0}).read<int64_t>(), std::vector<int64_t>{-most - 1});
}

}  // namespace
}  // namespace eager
