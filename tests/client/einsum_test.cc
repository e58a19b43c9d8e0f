// einsum's forms that raw Einsum lacks, diagonals and the gamma functions. Expected values are TensorFlow's.

#include "client/einsum.h"

#include <cmath>
#include <functional>
#include <vector>

#include "client/eager.h"
#include "gtest/gtest.h"
#include "tests/support/in_process.h"

namespace eager {
namespace {

class EinsumTest : public ::testing::Test {
 protected:
  static void ExpectNear(const Tensor& got, const Shape& shape, const std::vector<float>& want) {
    EXPECT_EQ(got.shape(), shape);
    const std::vector<float> values = got.read<float>();
    ASSERT_EQ(values.size(), want.size());
    for (size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(values[i], want[i], 1e-5f) << "element " << i;
  }
  static absl::StatusCode CodeOf(const std::function<void()>& call) {
    try {
      call();
    } catch (const Error& e) {
      return e.code();
    }
    return absl::StatusCode::kOk;
  }

  std::unique_ptr<testing::InProcessServer> server_ = testing::InProcessServer::Make().value();
  const Tensor a_ = constant({{1.0f, 2.0f}, {3.0f, 4.0f}});
  const Tensor b_ = constant({{5.0f, 6.0f, 7.0f}, {8.0f, 9.0f, 10.0f}});
};

TEST_F(EinsumTest, OneAndTwoOperands) {
  ExpectNear(einsum("ij,jk->ik", {a_, b_}), {2, 3}, {21, 24, 27, 47, 54, 61});
  ExpectNear(einsum(" i j , j k -> k i ", {a_, b_}), {3, 2}, {21, 47, 24, 54, 27, 61});
  ExpectNear(einsum("ii->i", {a_}), {2}, {1, 4});
}

TEST_F(EinsumTest, ImplicitOutputIsAlphabetical) {
  ExpectNear(einsum("ij,jk", {a_, b_}), {2, 3}, {21, 24, 27, 47, 54, 61});
  ExpectNear(einsum("ba", {a_}), {2, 2}, {1, 3, 2, 4});
  ExpectNear(einsum("ii", {a_}), {}, {5});
  ExpectNear(einsum("...j", {b_}), {2, 3}, {5, 6, 7, 8, 9, 10});
}

TEST_F(EinsumTest, ManyOperands) {
  ExpectNear(einsum("ij,jk,k->i", {a_, b_, constant({1.0f, 0.0f, 2.0f})}), {2}, {75, 169});
  ExpectNear(einsum("i,j,k,i->kj", {constant({1.0f, 2.0f}), constant({3.0f, 1.0f}), constant({2.0f}),
                                     constant({1.0f, 1.0f})}),
             {1, 2}, {18, 6});
  ExpectNear(einsum("...,...i,i->...", {constant(2.0f), b_, constant({1.0f, 1.0f, 1.0f})}), {2}, {36, 54});
}

TEST_F(EinsumTest, GradientOfManyOperands) {
  const Tensor v = constant({1.0f, 0.0f, 2.0f});
  GradientTape tape;
  tape.watch(v);
  const Tensor y = einsum("ij,jk,k->", {a_, b_, v});
  ExpectNear(*tape.gradient(y, v), {3}, {68, 78, 88});
}

TEST_F(EinsumTest, RefusesWhatDoesNotFit) {
  EXPECT_EQ(CodeOf([&] { einsum("ij,jk->ik", {a_}); }), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf([&] { einsum("ij->j->i", {a_}); }), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf([&] { einsum("i1->i", {a_}); }), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf([&] { einsum("ij->iz", {a_}); }), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf([&] { einsum("ij,ik->jk", {a_, constant({{1.0f}})}); }), absl::StatusCode::kInvalidArgument);
}

TEST_F(EinsumTest, Diagonals) {
  const Tensor d = diag(constant({1.0f, 2.0f}));
  ExpectNear(d, {2, 2}, {1, 0, 0, 2});
  ExpectNear(diag_part(d), {2}, {1, 2});
  EXPECT_EQ(CodeOf([&] { diag_part(b_); }), absl::StatusCode::kInvalidArgument);
}

TEST_F(EinsumTest, GammaFunctions) {
  ExpectNear(lgamma(constant({0.5f, 3.0f, -1.5f})), {3}, {0.5723649f, 0.6931472f, 0.8600470f});
  ExpectNear(digamma(constant({1.0f, 2.5f, -0.5f})), {3}, {-0.5772157f, 0.7031566f, 0.0364900f});
  ExpectNear(polygamma(constant(1.0f), constant({1.0f, 2.5f, -0.5f})), {3}, {1.644934f, 0.4903578f, 8.934802f});
  ExpectNear(zeta(constant(3.0f), constant({1.0f, 2.5f})), {2}, {1.2020569f, 0.1181020f});
  EXPECT_TRUE(std::isinf(lgamma(constant(-2.0f)).read<float>()[0]));
  EXPECT_TRUE(std::isnan(digamma(constant(-2.0f)).read<float>()[0]));
}

TEST_F(EinsumTest, EuclideanNorms) {
  const Tensor x = constant({{3.0f, 4.0f}, {0.0f, 12.0f}});
  ExpectNear(reduce_euclidean_norm(x), {}, {13});
  ExpectNear(reduce_euclidean_norm(x, std::vector<int64_t>{-1}, true), {2, 1}, {5, 12});
}

}  // namespace
}  // namespace eager
