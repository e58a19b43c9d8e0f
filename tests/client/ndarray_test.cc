// Host arrays: making, viewing, computing, and their way through ops.

#include "client/ndarray.h"

#include <eager/eager.h>
#include <gtest/gtest.h>

#include <sstream>

#include "client/ndarray_eigen.h"
#include "tests/support/in_process.h"

namespace eager {
namespace {

template <class T>
std::vector<T> V(std::initializer_list<T> values) {
  return values;
}

TEST(NDArray, IsMadeOfListsVectorsAndSpans) {
  EXPECT_EQ(NDArray({{1, 2}, {3, 4}}).repr(), "array([[1, 2],\n       [3, 4]], dtype=int32)");
  EXPECT_EQ(NDArray({1.5f, 2}).repr(), "array([1.5, 2. ], dtype=float32)");
  EXPECT_EQ(NDArray({1, 2.5}).dtype(), float64);
  EXPECT_EQ(NDArray({1, int64_t{1} << 40}).dtype(), int64);
  EXPECT_EQ(NDArray({uint8_t{1}, uint8_t{2}}).dtype(), uint8);
  EXPECT_EQ(NDArray({true, false}).str(), "[ True False]");
  EXPECT_EQ(NDArray({"a", "bc"}).to_vector<std::string>(), V<std::string>({"a", "bc"}));
  EXPECT_EQ(NDArray(std::vector<std::vector<double>>{{1, 2, 3}, {4, 5, 6}}).shape().ToTuple(), "(2, 3)");
  EXPECT_EQ(NDArray(std::vector<bool>{true, false}).at<bool>(0), true);
  const float flat[] = {1, 2, 3, 4};
  EXPECT_EQ(NDArray(std::span<const float>(flat), Shape{2, 2}).at<float>(1, 0), 3);
  EXPECT_EQ(NDArray(Shape{2}, int16).str(), "[0 0]");
  EXPECT_EQ(NDArray({{{{{1}}}}}).shape().ToTuple(), "(1, 1, 1, 1, 1)");
}

TEST(NDArray, RaggedAndMixedListsAreErrors) {
  EXPECT_THROW(NDArray({{1, 2}, {3}}), Error);
  EXPECT_THROW(NDArray({{1, 2}, 3}), Error);
  EXPECT_THROW(NDArray({true, 1}), Error);
  EXPECT_THROW(NDArray({"a", 1}), Error);
  EXPECT_THROW(NDArray(std::vector<std::vector<int>>{{1}, {}}), Error);
  EXPECT_THROW(NDArray(std::span<const float>(), Shape{2}), Error);
}

TEST(NDArray, PositionsAreChecked) {
  const NDArray a({{1, 2}, {3, 4}});
  EXPECT_EQ(a.at<int32_t>(-1, -2), 3);
  EXPECT_THROW(a.at<int32_t>(2, 0), Error);
  EXPECT_THROW(a.at<int32_t>(0), Error);
  EXPECT_THROW(a.at<float>(0, 0), Error);
  EXPECT_THROW(NDArray().at<float>(0), Error);
  EXPECT_EQ(static_cast<int>(NDArray(7)), 7);
  EXPECT_EQ(static_cast<bool>(NDArray(0.5)), true);
  EXPECT_THROW(static_cast<int>(a), Error);
}

TEST(NDArray, TransposeAndReshapeAreViewsWhereTheyCan) {
  NDArray a = NDArray({{1, 2, 3}, {4, 5, 6}});
  const NDArray t = a.transpose();
  EXPECT_EQ(t.str(), "[[1 4]\n [2 5]\n [3 6]]");
  EXPECT_FALSE(t.is_contiguous());
  EXPECT_THROW(t.values<int32_t>(), Error);
  const NDArray dense = t.copy();
  EXPECT_EQ(dense.values<int32_t>()[1], 4);
  a.mutable_at<int32_t>(1, 0) = 40;
  EXPECT_EQ(t.at<int32_t>(0, 1), 40);
  const NDArray flat = a.reshape({-1}), turned = t.reshape({-1});
  a.mutable_at<int32_t>(0, 0) = 10;
  EXPECT_EQ(flat.at<int32_t>(0), 10);
  EXPECT_EQ(turned.to_vector<int32_t>(), V<int32_t>({1, 40, 2, 5, 3, 6}));  // copied before
  EXPECT_EQ(a.reshape({1, 2, 3}).transpose({1, 2, 0}).shape().ToTuple(), "(2, 3, 1)");
  EXPECT_THROW(a.reshape({4}), Error);
  EXPECT_THROW(a.reshape({-1, 5}), Error);
  EXPECT_THROW(a.transpose({0, 0}), Error);
  EXPECT_EQ(NDArray({"a", "b", "c"})[{Slice(std::nullopt, std::nullopt, -1)}].to_vector<std::string>(),
            V<std::string>({"c", "b", "a"}));
}

TEST(NDArray, SharedValuesAreReadOnly) {
  const HostTensor host = HostTensor::FromSpan<int32_t>(Shape{2}, {1, 2});
  NDArray a = host;
  EXPECT_FALSE(a.writable());
  EXPECT_THROW(a.mutable_at<int32_t>(0) = 5, Error);
  EXPECT_EQ(a.host().data(), host.data());
  NDArray b = a.copy();
  b.mutable_at<int32_t>(0) = 5;
  EXPECT_EQ(host.values<int32_t>()[0], 1);
  const HostTensor taken = b.host();
  b.mutable_values<int32_t>()[0] = 6;
  EXPECT_EQ(taken.values<int32_t>()[0], 5);
}

TEST(NDArray, AstypeConverts) {
  EXPECT_EQ(NDArray({1.9, -1.9, 300.0}).astype(uint8).to_vector<uint8_t>(), V<uint8_t>({1, 255, 44}));
  EXPECT_EQ(NDArray({0, 2}).astype(boolean).to_vector<bool>(), V<bool>({false, true}));
  EXPECT_EQ(NDArray({1, 2}).astype(DType::kComplex64).at<std::complex<float>>(1), std::complex<float>(2));
  EXPECT_EQ(NDArray({1.5f}).astype(float16).astype(float64).at<double>(0), 1.5);
  EXPECT_THROW(NDArray({"a"}).astype(float32), Error);
}

// The values and dtypes are NumPy 2's.
TEST(NDArrayMath, PromotesAndBroadcastsAsNumPy) {
  const NDArray i({1, 2, 3}), f({0.5f, 1.0f, 1.5f});
  EXPECT_EQ((i + f).dtype(), float64);
  EXPECT_EQ((i * 2).repr(), "array([2, 4, 6], dtype=int32)");
  EXPECT_EQ((i * 0.5).dtype(), float64);
  EXPECT_EQ((f * 2.0).dtype(), float32);
  EXPECT_EQ((i / 2).to_vector<double>(), V<double>({0.5, 1, 1.5}));
  EXPECT_EQ((1 - f).to_vector<float>(), V<float>({0.5f, 0, -0.5f}));
  EXPECT_EQ((i.reshape({3, 1}) * i).str(), "[[1 2 3]\n [2 4 6]\n [3 6 9]]");
  EXPECT_EQ((NDArray({uint8_t{250}}) + NDArray({uint8_t{10}})).at<uint8_t>(0), 4);
  EXPECT_EQ((NDArray({INT32_MAX}) + 1).at<int32_t>(0), INT32_MIN);
  EXPECT_EQ((NDArray({true, false}) + NDArray({true, true})).dtype(), boolean);
  EXPECT_EQ((NDArray({true}) + 1).dtype(), int64);
  EXPECT_EQ((NDArray(2.0f) * NDArray(3.0f)).shape().rank(), 0);
  EXPECT_THROW(NDArray({true}) - NDArray({true}), Error);
  EXPECT_THROW(NDArray({uint8_t{1}}) + 300, Error);
  EXPECT_THROW(i + NDArray({1, 2}), Error);
  EXPECT_THROW(NDArray({"a"}) + 1, Error);
}

TEST(NDArrayMath, PromoteTypes) {
  struct Case {
    DType a, b, want;
  };
  for (const Case& c : std::vector<Case>{{int8, uint8, int16}, {int64, uint64, float64}, {int16, float16, float32},
                                         {uint8, float16, float16}, {int32, float32, float64}, {boolean, int8, int8},
                                         {uint32, int32, int64}, {DType::kComplex64, float64, DType::kComplex128},
                                         {DType::kComplex64, int16, DType::kComplex64}, {float32, float64, float64}}) {
    EXPECT_EQ(np::promote_types(c.a, c.b), c.want) << Name(c.a) << " and " << Name(c.b);
    EXPECT_EQ(np::promote_types(c.b, c.a), c.want) << Name(c.b) << " and " << Name(c.a);
  }
}

TEST(NDArrayEigen, MapsElementsWithoutCopying) {
  NDArray a({{1.0f, 2.0f}, {3.0f, 4.0f}, {5.0f, 6.0f}});
  const auto m = eigen::matrix<float>(a.transpose());
  EXPECT_EQ(m.rows(), 2);
  a.mutable_at<float>(2, 0) = 50;
  EXPECT_EQ(m(0, 2), 50);
  const Eigen::VectorXf y = eigen::matrix<float>(a) * eigen::vector<float>(NDArray({1.0f, 1.0f}));
  EXPECT_EQ(eigen::array(y).to_vector<float>(), V<float>({3, 7, 56}));
  EXPECT_EQ(eigen::array(Eigen::MatrixXd::Identity(2, 2)).str(), "[[1. 0.]\n [0. 1.]]");
  EXPECT_EQ(eigen::vector<float>(a[{Slice(), 1}]).sum(), 12);
  EXPECT_THROW(eigen::vector<float>(a), Error);
  EXPECT_THROW(eigen::vector<float>(NDArray({1.0f, 2.0f})[Slice(std::nullopt, std::nullopt, -1)]), Error);
}

class NDArrayOpsTest : public ::testing::Test {
 protected:
  std::unique_ptr<testing::InProcessServer> server_ = *testing::InProcessServer::Make();
};

TEST_F(NDArrayOpsTest, OpsTakeArraysWhereTensorsGo) {
  const Tensor x = constant({1.0f, 2.0f});
  const NDArray wide({10.0, 20.0}), whole({1, 2});
  EXPECT_EQ((x + wide).read<float>(), V<float>({11, 22}));  // converted, as in TensorFlow
  EXPECT_EQ((whole * x).read<float>(), V<float>({1, 4}));
  EXPECT_EQ(add(wide, wide).dtype(), float64);
  EXPECT_EQ(add(wide, 1).read<double>(), V<double>({11, 21}));
  EXPECT_EQ((x / whole).read<float>(), V<float>({1, 1}));
  EXPECT_EQ((constant({1, 2}) / whole).dtype(), float64);
  EXPECT_EQ(matmul(x[newaxis], NDArray({{1.0f}, {1.0f}})).read<float>(), V<float>({3}));
  EXPECT_EQ(reduce_sum(NDArray({{1, 2}, {3, 4}}).transpose(), {{0}}).read<int32_t>(), V<int32_t>({3, 7}));
  EXPECT_EQ((x + x.numpy()).read<float>(), V<float>({2, 4}));
  EXPECT_EQ(reshape(x, NDArray({2, 1})).shape().ToTuple(), "(2, 1)");
  EXPECT_THROW(constant({1, 2}) + wide, Error);  // a fraction does not become an integer
  EXPECT_EQ(Variable(whole).dtype(), int32);
}

TEST_F(NDArrayOpsTest, NumPysFunctionsTakeTensors) {
  const Tensor a = constant({{1, 2}, {3, 4}}), b = a + 1;
  std::ostringstream text;
  text << np::multiply(a, b);
  EXPECT_EQ(text.str(), "[[ 2  6]\n [12 20]]");
  EXPECT_EQ(np::add(Variable(1.5f), 1).repr(), "2.5");
  EXPECT_EQ(NDArray(a).at<int32_t>(1, 1), 4);
}

TEST_F(NDArrayOpsTest, ConstantsTakeMixedNumbersVectorsAndArrays) {
  EXPECT_EQ(constant({1.5f, 2}).str(), "tf.Tensor([1.5 2. ], shape=(2,), dtype=float32)");
  EXPECT_EQ(constant({{1, 2.5}, {3, 4}}).dtype(), float64);
  EXPECT_EQ(constant(std::vector<std::vector<float>>{{1, 2}, {3, 4}}).shape().ToTuple(), "(2, 2)");
  EXPECT_EQ(constant(std::vector<bool>{true, false}).read<bool>().size(), 2u);
  EXPECT_EQ(constant(std::vector<std::string>{"a"}).dtype(), string);
  EXPECT_EQ(constant({"a", "b"}).shape().ToTuple(), "(2,)");
  EXPECT_EQ(constant(NDArray({1, 2})[Slice(std::nullopt, std::nullopt, -1)]).read<int32_t>(), V<int32_t>({2, 1}));
  EXPECT_EQ(constant({1, 2}, float32).read<float>(), V<float>({1, 2}));
  EXPECT_EQ(constant({}).str(), "tf.Tensor([], shape=(0,), dtype=float32)");
  NDArray a({1, 2});
  const Tensor t = constant(a);
  a.mutable_at<int32_t>(0) = 9;  // the tensor has its own values
  EXPECT_EQ(t.read<int32_t>(), V<int32_t>({1, 2}));
}

}  // namespace
}  // namespace eager
