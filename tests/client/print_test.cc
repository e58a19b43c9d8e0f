#include <cmath>
#include <complex>

#include "client/print/decimal.h"
#include "client/print/format.h"
#include "client/print/layout.h"
#include "gtest/gtest.h"
#include "tests/golden/golden.h"

namespace eager::print {
namespace {

template <class T>
HostTensor Vector(std::vector<T> values) {
  return HostTensor::FromSpan<T>(Shape{static_cast<int64_t>(values.size())}, values);
}

template <class Complex>
HostTensor ComplexTensor(DType dtype, const Shape& shape, const std::vector<Complex>& values) {
  const absl::string_view bytes(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Complex));
  return HostTensor::FromBytes({dtype, shape}, bytes).value();
}

TEST(PrintTest, AsTensorFlowPrints) {
  const auto folder = golden::FindFolder().value();
  const std::vector<golden::Case> cases = golden::ReadCases(folder, "printing.jsonl").value();
  ASSERT_FALSE(cases.empty());
  for (const golden::Case& c : cases) {
    SCOPED_TRACE(c.where + " " + c.json["id"].dump());
    const bool is_variable = c.json.contains("variable");
    const HostTensor t =
        golden::ParseTensor(is_variable ? c.json["variable"]["tensor"] : c.json["tensor"], c.where).value();
    if (is_variable) {
      const std::string text = VariableRepr(c.json["variable"]["name"].get<std::string>(), t);
      EXPECT_EQ(text, c.json["str"]);
      EXPECT_EQ(text, c.json["repr"]);
    } else {
      EXPECT_EQ(TensorStr(t), c.json["str"]);
      EXPECT_EQ(TensorRepr(t), c.json["repr"]);
    }
  }
}

// What follows was printed by NumPy 2.4.6.
TEST(PrintTest, FloatScalars) {
  EXPECT_EQ(ArrayStr(HostTensor::Scalar(1e-4f)), "1e-04");
  EXPECT_EQ(ArrayStr(HostTensor::Scalar(1e-4)), "0.0001");
  EXPECT_EQ(ArrayStr(HostTensor::Scalar(999999.0f)), "999999.0");
  EXPECT_EQ(ArrayStr(HostTensor::Scalar(1e6f)), "1e+06");
  EXPECT_EQ(ArrayStr(HostTensor::Scalar(123456789.0f)), "1.2345679e+08");
  EXPECT_EQ(ArrayStr(HostTensor::Scalar(9e15)), "9000000000000000.0");
  EXPECT_EQ(ArrayStr(HostTensor::Scalar(1e16)), "1e+16");
  EXPECT_EQ(ArrayStr(HostTensor::Scalar(1e-300)), "1e-300");
  EXPECT_EQ(ArrayStr(HostTensor::Scalar(Float16(65504))), "6.55e+04");
  EXPECT_EQ(ArrayRepr(HostTensor::Scalar(Float16(65504))), "65504.0");
  EXPECT_EQ(ArrayRepr(HostTensor::Scalar(1e16f)), "1.0000000272564224e+16");
  EXPECT_EQ(ArrayRepr(HostTensor::Scalar(-0.0f)), "-0.0");
}

TEST(PrintTest, FloatArrays) {
  EXPECT_EQ(ArrayStr(Vector<float>({1e-4f})), "[0.0001]");  // the limit is compared in float32 here
  EXPECT_EQ(ArrayStr(Vector<double>({99999999.0, 1e5 + 0.123456789})), "[99999999.           100000.12345679]");
  EXPECT_EQ(ArrayStr(Vector<double>({1e-300, -1})), "[ 1.e-300 -1.e+000]");
  EXPECT_EQ(ArrayStr(Vector<float>({-HUGE_VALF, 1e-5f, -0.0f})), "[   -inf  1.e-05 -0.e+00]");
  EXPECT_EQ(ArrayStr(Vector<float>({NAN})), "[nan]");
  EXPECT_EQ(ArrayRepr(Vector<double>({2.5, NAN})), "array([2.5, nan])");
}

TEST(PrintTest, Complex) {
  using C = std::complex<float>;
  EXPECT_EQ(ArrayStr(ComplexTensor<C>(DType::kComplex64, Shape{2}, {{1, 2}, {3.5, -1}})), "[1. +2.j 3.5-1.j]");
  EXPECT_EQ(ArrayRepr(ComplexTensor<C>(DType::kComplex64, Shape{2}, {{1, -HUGE_VALF}, {1, 0}})),
            "array([1.-infj, 1. +0.j], dtype=complex64)");
  EXPECT_EQ(ArrayStr(ComplexTensor<C>(DType::kComplex64, Shape{}, {{1e6, 1e-5}})), "(1e+06+1e-05j)");
  EXPECT_EQ(ArrayRepr(ComplexTensor<C>(DType::kComplex64, Shape{}, {{1e6, 1e-5}})), "(1000000+9.999999747378752e-06j)");
  using Z = std::complex<double>;
  EXPECT_EQ(ArrayStr(ComplexTensor<Z>(DType::kComplex128, Shape{}, {{0, -3}})), "-3j");
  EXPECT_EQ(ArrayStr(ComplexTensor<Z>(DType::kComplex128, Shape{}, {{-0.0, 2}})), "(-0+2j)");
  EXPECT_EQ(ArrayStr(ComplexTensor<Z>(DType::kComplex128, Shape{}, {{1, NAN}})), "(1+nanj)");
}

TEST(PrintTest, BytesAreEscaped) {
  EXPECT_EQ(ArrayStr(HostTensor::Strings(Shape{}, {"it's"})), R"(b"it's")");
  EXPECT_EQ(ArrayStr(HostTensor::Strings(Shape{}, {"it's \"it\""})), R"(b'it\'s "it"')");
  EXPECT_EQ(ArrayRepr(HostTensor::Strings(Shape{1}, {std::string("\0\x1f\x7f\xff\t\n\r\\", 8)})),
            R"(array([b'\x00\x1f\x7f\xff\t\n\r\\'], dtype=object))");
}

TEST(PrintTest, EmptyArraysTellShapeAndType) {
  EXPECT_EQ(ArrayRepr(HostTensor({DType::kInt64, Shape{0}})), "array([], dtype=int64)");
  EXPECT_EQ(ArrayRepr(HostTensor({DType::kBool, Shape{2, 0, 3}})), "array([], shape=(2, 0, 3), dtype=bool)");
  EXPECT_EQ(ArrayStr(HostTensor({DType::kBool, Shape{2, 0, 3}})), "[]");
}

TEST(PrintTest, WordsLongerThanALineAreNotBroken) {
  const std::string word(80, 'x');
  EXPECT_EQ(ArrayStr(HostTensor::Strings(Shape{2}, {word, "y"})), "[b'" + word + "'\n b'y']");
}

TEST(PrintTest, WhatHasNoValuesIsUnprintable) {
  EXPECT_EQ(ArrayStr(HostTensor()), "<unprintable>");
  EXPECT_EQ(ArrayRepr(HostTensor({DType::kResource, Shape{}})), "<unprintable>");
}

TEST(LayoutTest, OnlyLongAxesOfLargeArraysAreCut) {
  EXPECT_EQ(ShownElements(Shape{1000}).size(), 1000u);
  EXPECT_EQ(ShownElements(Shape{1001}), (std::vector<int64_t>{0, 1, 2, 998, 999, 1000}));
  EXPECT_EQ(ShownElements(Shape{2, 600}),
            (std::vector<int64_t>{0, 1, 2, 597, 598, 599, 600, 601, 602, 1197, 1198, 1199}));
  EXPECT_EQ(ShownElements(Shape{200, 6}).size(), 36u);
}

TEST(DecimalTest, HalvesHaveTheFewestDigits) {
  const auto text = [](uint16_t bits) {
    Float16 half;
    half.bits = bits;
    const Decimal d = Shortest(static_cast<float>(half), FloatKind::kHalf);
    return MantissaText(d) + ExponentText(d.exponent, 2);
  };
  EXPECT_EQ(text(0x2400), "1.563e-02");  // 2^-6: the nearest four digits, 1.562e-02, would read as its neighbour
  EXPECT_EQ(text(0x0001), "6.e-08");
  EXPECT_EQ(text(0x8001), "-6.e-08");
  EXPECT_EQ(text(0x7bff), "6.55e+04");
  EXPECT_EQ(text(0x2e66), "1.e-01");
  EXPECT_EQ(text(0x8000), "-0.e+00");
}

// Whatever the shortest digits are, they read back as the same half.
TEST(DecimalTest, EveryHalfReadsBack) {
  for (uint32_t bits = 0; bits < 0x7c00; ++bits) {
    Float16 half;
    half.bits = static_cast<uint16_t>(bits);
    const Decimal d = Shortest(static_cast<float>(half), FloatKind::kHalf);
    EXPECT_EQ(Float16(std::stof(MantissaText(d) + ExponentText(d.exponent, 2))).bits, half.bits);
    EXPECT_LE(d.digits.size(), 5u);
  }
}

}  // namespace
}  // namespace eager::print
