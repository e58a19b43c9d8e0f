// tf.linalg in C++, in the forms that golden files of raw ops do not have. Expected values are TensorFlow's.

#include "client/linalg.h"

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "client/eager.h"
#include "gtest/gtest.h"
#include "tests/support/in_process.h"

namespace eager {
namespace {

class LinalgTest : public ::testing::Test {
 protected:
  static void ExpectNear(const Tensor& got, const std::vector<float>& want, float tolerance = 1e-5f) {
    const std::vector<float> values = got.read<float>();
    ASSERT_EQ(values.size(), want.size());
    for (size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(values[i], want[i], tolerance) << "element " << i;
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
  const Tensor a_ = constant({{4.0f, 2.0f, 0.0f}, {2.0f, 5.0f, 1.0f}, {0.0f, 1.0f, 3.0f}});
  const Tensor b_ = constant({{1.0f}, {2.0f}, {3.0f}});
  const std::vector<float> inverse_ = {0.3181818f,  -0.1363636f, 0.0454545f,  -0.1363636f, 0.2727273f,
                                       -0.0909091f, 0.0454545f,  -0.0909091f, 0.3636364f};
};

TEST_F(LinalgTest, InversesAndDeterminants) {
  ExpectNear(linalg::inv(a_), inverse_);
  ExpectNear(linalg::det(a_), {44}, 1e-4f);
  ExpectNear(linalg::logdet(a_), {3.7841897f});
  const linalg::SlogDet s = linalg::slogdet(-a_);
  ExpectNear(s.sign, {-1});
  ExpectNear(s.log_abs_determinant, {3.7841897f});
  ExpectNear(linalg::inv(constant({{1.0f, 2.0f}, {0.0f, 1.0f}}), true), {1, 0, -2, 1});
}

TEST_F(LinalgTest, SingularMatrices) {
  const Tensor zero = zeros({2, 2});
  ExpectNear(linalg::det(zero), {0});
  EXPECT_EQ(linalg::slogdet(zero).log_abs_determinant.read<float>()[0], -std::numeric_limits<float>::infinity());
  EXPECT_EQ(CodeOf([&] { linalg::inv(zero).numpy(); }), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf([&] { linalg::solve(zero, zero).numpy(); }), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(std::isnan(linalg::cholesky(zero).read<float>()[0]));
  // The error tells which of a batch it was, whichever thread met it first.
  std::vector<float> values(4 * 300, 0);
  for (size_t i = 0; i < 7; ++i) values[4 * i] = values[4 * i + 3] = 1;
  try {
    linalg::inv(constant(values, Shape{300, 2, 2})).numpy();
    FAIL() << "293 matrices have no inverse";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("matrix 7 of 300"), std::string::npos) << e.what();
  }
}

TEST_F(LinalgTest, Solutions) {
  ExpectNear(linalg::solve(a_, b_), {0.1818182f, 0.1363636f, 0.9545455f});
  ExpectNear(linalg::cholesky(a_), {2, 0, 0, 1, 2, 0, 0, 0.5f, 1.6583124f});
  ExpectNear(linalg::cholesky_solve(linalg::cholesky(a_), b_), {0.1818182f, 0.1363636f, 0.9545455f});
  ExpectNear(linalg::triangular_solve(a_, b_), {0.25f, 0.3f, 0.9f});
  ExpectNear(linalg::triangular_solve(a_, b_, /*lower=*/false, /*adjoint=*/true), {0.25f, 0.3f, 0.9f});
  EXPECT_EQ(linalg::triangular_solve(a_, zeros({2, 4, 3, 2})).shape(), (Shape{2, 4, 3, 2}));
}

// One matrix by itself and in a batch that all threads share gives the same digits.
TEST_F(LinalgTest, LargeBatches) {
  const Tensor many = broadcast_to(a_, {20000, 3, 3});
  const std::vector<float> one = linalg::inv(a_).read<float>(), all = linalg::inv(many).read<float>();
  for (size_t i = 0; i < all.size(); ++i) ASSERT_EQ(all[i], one[i % 9]) << i;
}

TEST_F(LinalgTest, Arrangements) {
  const Tensor x = reshape(range(12), {2, 2, 3});
  EXPECT_EQ(linalg::trace(x).read<int32_t>(), (std::vector<int32_t>{4, 16}));
  EXPECT_EQ(linalg::matrix_transpose(x).read<int32_t>(), (std::vector<int32_t>{0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11}));
  EXPECT_EQ(linalg::cross(constant({1, 2, 3}), constant({3, 1, 2})).read<int32_t>(), (std::vector<int32_t>{1, 7, -5}));
  EXPECT_EQ(CodeOf([] { linalg::cross(constant({1, 2}), constant({3, 4})); }), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(CodeOf([] { linalg::matrix_transpose(constant({1, 2})); }), absl::StatusCode::kInvalidArgument);
}

TEST_F(LinalgTest, Norms) {
  const Tensor x = constant({{1.0f, -2.0f}, {3.0f, -4.0f}});
  const double infinity = std::numeric_limits<double>::infinity();
  ExpectNear(linalg::norm(x), {5.4772258f});
  ExpectNear(linalg::norm(x, "fro", {{0, 1}}, true), {5.4772258f});
  ExpectNear(linalg::norm(x, 3), {4.6415892f});
  ExpectNear(linalg::norm(x, "euclidean", {{1}}), {2.236068f, 5});
  ExpectNear(linalg::norm(x, infinity, {{0}}), {3, 4});
  ExpectNear(linalg::norm(x, 1, {{0, 1}}), {6});
  ExpectNear(linalg::norm(x, infinity, {{-2, -1}}), {7});
  EXPECT_EQ(linalg::norm(x, 1, {{0, 1}}).shape(), Shape());
  EXPECT_EQ(CodeOf([&] { linalg::norm(x, 0); }), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf([&] { linalg::norm(x, 3, {{0, 1}}); }), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf([&] { linalg::norm(x, "nuclear"); }), absl::StatusCode::kInvalidArgument);
}

// The gradient of a logarithm of a determinant is the inverse, by whichever way it is taken.
TEST_F(LinalgTest, Gradients) {
  GradientTape tape({.persistent = true});
  tape.watch(a_);
  const Tensor by_cholesky = linalg::logdet(a_), by_lu = linalg::slogdet(a_).log_abs_determinant;
  ExpectNear(tape.gradient(by_cholesky, a_).value(), inverse_);
  ExpectNear(tape.gradient(by_lu, a_).value(), inverse_);
}

}  // namespace
}  // namespace eager
