// Pixels of every dtype, as tf.image.convert_image_dtype(…, uint8, saturate=True) makes them (TensorFlow 2.21).

#include "client/summary/image.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace eager::internal {
namespace {

template <class T>
std::vector<int> Converted(const std::vector<T>& values) {
  const HostTensor pixels = HostTensor::FromSpan<T>(Shape{static_cast<int64_t>(values.size())}, values);
  const HostTensor bytes = ToUint8Pixels(pixels).value();
  EXPECT_EQ(bytes.dtype(), DType::kUint8);
  return {bytes.values<uint8_t>().begin(), bytes.values<uint8_t>().end()};
}

// 1/255 and 254.9/255.5 are at the edges of a step.
template <class T>
std::vector<int> Floating() {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  std::vector<T> values;
  for (const double x : {std::numeric_limits<double>::quiet_NaN(), kInf, -kInf, -0.1, 1.1, 0.5, 1.0, 0.999, 1 / 255., 254.9 / 255.5}) {
    if constexpr (std::is_same_v<T, double>) {
      values.push_back(x);
    } else {
      values.push_back(T(static_cast<float>(x)));
    }
  }
  return Converted(values);
}

TEST(Image, FloatingPixels) {
  const std::vector<int> want = {0, 255, 0, 0, 255, 127, 255, 255, 1, 254};
  EXPECT_EQ(Floating<float>(), want);
  EXPECT_EQ(Floating<double>(), want);
  EXPECT_EQ(Floating<Float16>(), want);
  EXPECT_EQ(Floating<BFloat16>(), (std::vector<int>{0, 255, 0, 0, 255, 128, 255, 255, 1, 255}));
}

TEST(Image, IntegerPixels) {
  EXPECT_EQ(Converted<uint8_t>({0, 1, 255}), (std::vector<int>{0, 1, 255}));
  EXPECT_EQ(Converted<int8_t>({-128, -1, 0, 1, 64, 127}), (std::vector<int>{0, 0, 0, 2, 128, 254}));
  EXPECT_EQ(Converted<int16_t>({-5, 127, 128, 32767}), (std::vector<int>{0, 0, 1, 255}));
  EXPECT_EQ(Converted<uint16_t>({255, 256, 65535}), (std::vector<int>{0, 1, 255}));
  EXPECT_EQ(Converted<int32_t>({-5, 300, 16777216, 2147483647}), (std::vector<int>{0, 0, 2, 255}));
  EXPECT_EQ(Converted<int64_t>({-1, int64_t{1} << 55, std::numeric_limits<int64_t>::max()}), (std::vector<int>{0, 1, 255}));
  EXPECT_EQ(Converted<uint64_t>({0, ~uint64_t{0}}), (std::vector<int>{0, 255}));
}

TEST(Image, OtherDtypesAreNoPixels) {
  EXPECT_FALSE(ToUint8Pixels(HostTensor::Scalar(true)).ok());
  EXPECT_FALSE(ToUint8Pixels(HostTensor::Strings(Shape(), {{"x"}})).ok());
}

TEST(Image, AtMostSoManyAndAllForms) {
  for (int64_t channels = 1; channels <= 4; ++channels) {
    const HostTensor pixels(TensorSpec{DType::kUint8, Shape{5, 3, 2, channels}});
    const HostTensor encoded = EncodeImages(pixels, 2).value();
    ASSERT_EQ(encoded.shape(), (Shape{4}));
    EXPECT_EQ(encoded.string_at(0), "2");
    EXPECT_EQ(encoded.string_at(1), "3");
    const absl::string_view png = encoded.string_at(2);
    EXPECT_EQ(png.substr(0, 8), absl::string_view("\x89PNG\r\n\x1a\n"));
    EXPECT_EQ(png.substr(16, 8), absl::string_view("\0\0\0\2\0\0\0\3", 8)) << "width, height";
    EXPECT_EQ(png[25], "\0\4\2\6"[channels - 1]) << "colour type";
  }
  EXPECT_EQ(EncodeImages(HostTensor(TensorSpec{DType::kUint8, Shape{0, 3, 2, 1}}), 3)->shape(), (Shape{2}));
}

}  // namespace
}  // namespace eager::internal
