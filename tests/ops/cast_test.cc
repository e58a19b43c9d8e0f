// Cast between every pair of dtypes. Complex numbers, which the golden cases lack, as TensorFlow casts them.

#include <gtest/gtest.h>

#include <complex>
#include <limits>

#include "client/eager.h"
#include "client/op.h"
#include "tests/ops/element_kinds.h"
#include "tests/support/in_process.h"

namespace eager {
namespace {

using Complex64 = std::complex<float>;
using Complex128 = std::complex<double>;

template <class T>
Tensor Constant(DType dtype, const std::vector<T>& values) {
  HostTensor host(TensorSpec{dtype, Shape{static_cast<int64_t>(values.size())}});
  std::copy(values.begin(), values.end(), static_cast<T*>(host.data()));
  return constant(host);
}
Tensor Constant(const std::vector<Complex64>& values) { return Constant(DType::kComplex64, values); }
Tensor Constant(const std::vector<Complex128>& values) { return Constant(DType::kComplex128, values); }

template <class T>
std::vector<T> Cast(const Tensor& x, DType dtype, bool truncate = false) {
  const HostTensor host = op("Cast", {x}, {{"DstT", dtype}, {"Truncate", truncate}})[0].numpy();
  EXPECT_EQ(host.dtype(), dtype);
  const T* values = static_cast<const T*>(host.data());
  return std::vector<T>(values, values + host.num_elements());
}

class CastTest : public ::testing::Test {
 protected:
  std::unique_ptr<testing::InProcessServer> server_ = testing::InProcessServer::Make().value();
};

// As testing::Encode, but of complex numbers without an imaginary part.
HostTensor Real(const HostTensor& int64s, DType dtype) {
  HostTensor encoded = testing::Encode(int64s, dtype);
  const int64_t n = int64s.num_elements();
  for (int64_t i = 0; i < n && dtype == DType::kComplex64; ++i) static_cast<float*>(encoded.data())[2 * i + 1] = 0;
  for (int64_t i = 0; i < n && dtype == DType::kComplex128; ++i) static_cast<double*>(encoded.data())[2 * i + 1] = 0;
  return encoded;
}

TEST_F(CastTest, EveryPair) {
  // More than one piece of the loops, and numbers that every dtype but bool has.
  HostTensor numbers(TensorSpec{DType::kInt64, Shape{3, 541}}), ones = numbers;
  for (size_t i = 0; i < numbers.values<int64_t>().size(); ++i)
    numbers.values<int64_t>()[i] = static_cast<int64_t>(i % 101);
  ones = HostTensor(numbers.spec());
  for (size_t i = 0; i < ones.values<int64_t>().size(); ++i)
    ones.values<int64_t>()[i] = numbers.values<int64_t>()[i] != 0;
  for (DType from : testing::MovableDTypes()) {
    for (DType to : testing::MovableDTypes()) {
      if (from == DType::kString || to == DType::kString) continue;
      SCOPED_TRACE(absl::StrCat(Name(from), " to ", Name(to)));
      const HostTensor& values = from == DType::kBool || to == DType::kBool ? ones : numbers;
      const bool keeps_imaginary = IsComplex(from) && IsComplex(to);
      for (bool truncate : {false, true}) {
        const HostTensor got =
            op("Cast", {constant(testing::Encode(values, from))}, {{"DstT", to}, {"Truncate", truncate}})[0].numpy();
        EXPECT_TRUE(testing::Same(got, keeps_imaginary ? testing::Encode(values, to) : Real(values, to)));
      }
    }
  }
}

TEST_F(CastTest, ComplexToRealTakesTheRealPart) {
  const float inf = std::numeric_limits<float>::infinity();
  const Tensor x = Constant(std::vector<Complex64>{{0, 1}, {-2.7f, 3}, {300.5f, -1}, {1e12f, 0}, {inf, 0}, {3e9f, -1}});
  EXPECT_EQ(Cast<float>(x, DType::kFloat32), (std::vector<float>{0, -2.7f, 300.5f, 1e12f, inf, 3e9f}));
  EXPECT_EQ(Cast<double>(x, DType::kFloat64), (std::vector<double>{0, -2.7f, 300.5, 1e12f, inf, 3e9}));
  EXPECT_EQ(Cast<int8_t>(x, DType::kInt8), (std::vector<int8_t>{0, -2, 44, 0, 0, 0}));
  EXPECT_EQ(Cast<uint16_t>(x, DType::kUint16), (std::vector<uint16_t>{0, 65534, 300, 0, 0, 0}));
  constexpr int32_t kLeast = std::numeric_limits<int32_t>::min();
  EXPECT_EQ(Cast<int32_t>(x, DType::kInt32), (std::vector<int32_t>{0, -2, 300, kLeast, kLeast, kLeast}));
  EXPECT_EQ(Cast<uint8_t>(x, DType::kBool), (std::vector<uint8_t>{0, 1, 1, 1, 1, 1}));
}

TEST_F(CastTest, PartsAreRoundedOrCut) {
  const double x = 1.9999999999;
  const Tensor pair = Constant(std::vector<Complex128>{{x, x}});
  EXPECT_EQ(Cast<Complex64>(pair, DType::kComplex64)[0], Complex64(2, 2));
  const float cut = 1.99999988079071045f;
  EXPECT_EQ(Cast<Complex64>(pair, DType::kComplex64, true)[0], Complex64(cut, cut));
  EXPECT_EQ(Cast<float>(pair, DType::kFloat32, true)[0], cut);
  EXPECT_EQ(static_cast<float>(Cast<Float16>(pair, DType::kFloat16, true)[0]), 1.9990234375f);
  // TensorFlow cuts the digits of no complex64 for half precision.
  const Tensor single = Constant(std::vector<Complex64>{{1.9999f, 0}});
  EXPECT_EQ(static_cast<float>(Cast<BFloat16>(single, DType::kBFloat16, true)[0]), 2);
}

TEST_F(CastTest, GradientsAreCastBack) {
  for (DType from : {DType::kFloat16, DType::kBFloat16, DType::kFloat32, DType::kFloat64}) {
    for (DType to : {DType::kFloat16, DType::kBFloat16, DType::kFloat32, DType::kFloat64, DType::kComplex64}) {
      SCOPED_TRACE(absl::StrCat(Name(from), " to ", Name(to)));
      const HostTensor numbers = HostTensor::FromSpan<int64_t>(Shape{3}, std::vector<int64_t>{1, 2, 3});
      const Tensor x = constant(testing::Encode(numbers, from)), up = constant(Real(numbers, to));
      GradientTape tape;
      tape.watch(x);
      const Tensor y = op("Cast", {x}, {{"DstT", to}})[0];
      GradientOptions options;
      options.output_gradients.push_back(up);
      const auto gradient = tape.gradient(y, x, options);
      ASSERT_TRUE(gradient.has_value());
      EXPECT_TRUE(testing::Same(gradient->numpy(), testing::Encode(numbers, from)));
    }
  }
}

}  // namespace
}  // namespace eager
