#include "server/kernels/cuda/nonzero_bits.h"

#include <complex>
#include <limits>
#include <vector>

#include "common/ops/nonzero.h"
#include "gtest/gtest.h"

namespace eager::server::cuda {
namespace {

template <class T>
void Expect(DType dtype, const std::vector<T>& values) {
  const NonzeroBits nonzero{values.data(), sizeof(T), NonzeroBits::Mask(dtype)};
  for (size_t i = 0; i < values.size(); ++i) EXPECT_EQ(nonzero(static_cast<int64_t>(i)), IsNonzero(values[i])) << i;
}
template <class T>
void ExpectFloats(DType dtype) {
  const float nan = std::numeric_limits<float>::quiet_NaN(), least = std::numeric_limits<float>::denorm_min();
  Expect(dtype, std::vector<T>{T(0.0f), T(-0.0f), T(1.0f), T(-1.0f), T(nan), T(-nan), T(least), T(-least), T(6e-8f)});
}

TEST(NonzeroBits, AreThoseOfEveryDType) {
  ExpectFloats<float>(DType::kFloat32);
  ExpectFloats<double>(DType::kFloat64);
  ExpectFloats<Float16>(DType::kFloat16);
  ExpectFloats<BFloat16>(DType::kBFloat16);
  Expect(DType::kComplex64, std::vector<std::complex<float>>{{0, 0}, {-0.0f, 0}, {0, -0.0f}, {-0.0f, -0.0f}, {1, 0}, {0, 1}});
  Expect(DType::kComplex128, std::vector<std::complex<double>>{{0, 0}, {-0.0, 0}, {0, -0.0}, {-0.0, -0.0}, {1, 0}, {0, 1}});
  Expect(DType::kInt8, std::vector<int8_t>{0, 1, -128});
  Expect(DType::kUint16, std::vector<uint16_t>{0, 1, 0x8000});
  Expect(DType::kInt32, std::vector<int32_t>{0, 1, INT32_MIN});
  Expect(DType::kInt64, std::vector<int64_t>{0, 1, INT64_MIN});
  const bool bools[] = {false, true};
  const NonzeroBits nonzero{bools, 1, NonzeroBits::Mask(DType::kBool)};
  EXPECT_FALSE(nonzero(0));
  EXPECT_TRUE(nonzero(1));
}

}  // namespace
}  // namespace eager::server::cuda
