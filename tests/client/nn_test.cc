// tf.nn in C++, in the forms that golden files of raw ops do not have. Expected values are TensorFlow's.

#include "client/nn.h"

#include <cmath>
#include <functional>
#include <vector>

#include "client/eager.h"
#include "gtest/gtest.h"
#include "tests/support/in_process.h"

namespace eager {
namespace {

class NnTest : public ::testing::Test {
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
  // (1, n, n, 1) with the values 0, 1, 2, …
  static Tensor Ramp(int64_t n) {
    std::vector<float> values(static_cast<size_t>(n * n));
    for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
    return constant(values, Shape{1, n, n, 1});
  }

  std::unique_ptr<testing::InProcessServer> server_ = testing::InProcessServer::Make().value();
  const Tensor x_ = constant({-2.0f, -0.5f, 0.0f, 1.0f, 7.0f});
};

TEST_F(NnTest, Activations) {
  ExpectNear(nn::relu6(x_), {0, 0, 0, 1, 6});
  ExpectNear(nn::leaky_relu(x_, 0.1), {-0.2f, -0.05f, 0, 1, 7});
  ExpectNear(nn::elu(x_), {-0.864665f, -0.393469f, 0, 1, 7});
  ExpectNear(nn::gelu(x_), {-0.0455003f, -0.154269f, 0, 0.841345f, 7});
  ExpectNear(nn::gelu(x_, true), {-0.0454023f, -0.154286f, 0, 0.841192f, 7});
  ExpectNear(nn::silu(x_), {-0.238406f, -0.188770f, 0, 0.731059f, 6.993623f});
  ExpectNear(nn::swish(x_, 2), {-0.0359724f, -0.134471f, 0, 0.880797f, 6.999994f});
}

TEST_F(NnTest, SoftmaxAlongAnyAxis) {
  const Tensor x = constant({{1.0f, 2.0f}, {3.0f, 5.0f}});
  ExpectNear(nn::softmax(x), {0.268941f, 0.731059f, 0.119203f, 0.880797f});
  ExpectNear(nn::softmax(x, 0), {0.119203f, 0.0474259f, 0.880797f, 0.952574f});
  ExpectNear(nn::log_softmax(x, -2), {-2.126928f, -3.048587f, -0.126928f, -0.0485874f});
  EXPECT_EQ(CodeOf([&] { nn::softmax(x, 2); }), absl::StatusCode::kInvalidArgument);
}

TEST_F(NnTest, CrossEntropiesOfAnyRank) {
  const Tensor logits = constant(std::vector<float>{1, 2, 3, 1, 0, 0, 0, 2}, Shape{2, 2, 2});
  const Tensor classes = constant({{0, 1}, {1, 1}});
  ExpectNear(nn::sparse_softmax_cross_entropy_with_logits(classes, logits),
             {1.313262f, 2.126928f, 0.693147f, 0.126928f});
  const Tensor labels = op("OneHot", {classes, constant(2), constant(1.0f), constant(0.0f)})[0];
  ExpectNear(nn::softmax_cross_entropy_with_logits(labels, logits), {1.313262f, 2.126928f, 0.693147f, 0.126928f});
  EXPECT_EQ(nn::softmax_cross_entropy_with_logits(labels, logits).shape(), (Shape{2, 2}));
  EXPECT_EQ(CodeOf([&] { nn::sparse_softmax_cross_entropy_with_logits(constant({0, 1}), logits); }),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(NnTest, CrossEntropiesOfDecisions) {
  const Tensor logits = constant({-100.0f, 0.0f, 2.0f}), labels = constant({1.0f, 0.5f, 0.0f});
  ExpectNear(nn::sigmoid_cross_entropy_with_logits(labels, logits), {100, 0.693147f, 2.126928f});
  ExpectNear(nn::weighted_cross_entropy_with_logits(labels, logits, 3), {300, 1.386294f, 2.126928f});
}

TEST_F(NnTest, ConvolutionForms) {
  const Tensor ones = constant(std::vector<float>(4, 1), Shape{2, 2, 1, 1});
  ExpectNear(nn::conv2d(Ramp(3), ones, 1, "VALID"), {8, 12, 20, 24});
  ExpectNear(nn::conv2d(Ramp(3), ones, {2, 1}, nn::Padding(1, 0, 0, 0)), {1, 3, 20, 24});
  ExpectNear(nn::conv2d(Ramp(3), ones, 1, "VALID", {.dilations = 2}), {16});
  ExpectNear(nn::conv2d_transpose(Ramp(2), ones, {1, 4, 4, 1}, 2), {0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3});
  const Tensor two = constant(std::vector<float>{1, 2, 1, 2, 1, 2, 1, 2}, Shape{2, 2, 1, 2});
  const Tensor mix = constant(std::vector<float>{1, 10}, Shape{1, 1, 2, 1});
  ExpectNear(nn::depthwise_conv2d(Ramp(2), two, 1, "VALID"), {6, 12});
  ExpectNear(nn::separable_conv2d(Ramp(2), two, mix, 1, "VALID"), {126});
  const Tensor channels_first = reshape(Ramp(3), {1, 1, 3, 3});
  EXPECT_EQ(CodeOf([&] { nn::conv2d(channels_first, ones, 1, "VALID", {.data_format = "NCHW"}).numpy(); }),
            absl::StatusCode::kUnimplemented);  // on the CPU
}

// TensorFlow's CPU kernels refuse these gradients; they follow from the same rule.
TEST_F(NnTest, GradientsOfDilatedAndGroupedConvolutions) {
  const Tensor x = Ramp(4), w = constant(std::vector<float>(4, 1), Shape{2, 2, 1, 1});
  GradientTape tape;
  tape.watch(w);
  const Tensor y = nn::conv2d(x, w, 1, "VALID", {.dilations = 2});
  ExpectNear(tape.gradient(y, w).value(), {10, 18, 42, 50});

  const Tensor two = constant(std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8}, Shape{1, 2, 2, 2});
  const Tensor grouped = constant(std::vector<float>{3, 5}, Shape{1, 1, 1, 2});
  GradientTape second;
  second.watch(grouped);
  ExpectNear(second.gradient(nn::conv2d(two, grouped, 1, "VALID"), grouped).value(), {16, 20});
}

TEST_F(NnTest, Pooling) {
  ExpectNear(nn::max_pool2d(Ramp(3), 2, 1, "VALID"), {4, 5, 7, 8});
  ExpectNear(nn::avg_pool2d(Ramp(3), 2, 2, "SAME"), {2, 3.5f, 6.5f, 8});
  ExpectNear(nn::max_pool2d(Ramp(3), 2, 2, nn::Padding(1, 0, 1, 0)), {0, 2, 6, 8});
}

TEST_F(NnTest, Normalization) {
  const Tensor x = constant({{1.0f, 2.0f}, {3.0f, 6.0f}});
  const nn::Moments m = nn::moments(x, {0});
  ExpectNear(m.mean, {2, 4});
  ExpectNear(m.variance, {1, 4});
  const Tensor scale = constant({2.0f, 1.0f}), offset = constant({0.0f, 10.0f});
  ExpectNear(nn::batch_normalization(x, m.mean, m.variance, offset, scale, 0), {-2, 9, 2, 11});
  ExpectNear(nn::l2_normalize(constant({3.0f, 4.0f})), {0.6f, 0.8f});
  const auto fused = nn::fused_batch_norm(reshape(x, {2, 1, 1, 2}), scale, offset, {}, {}, {.epsilon = 0});
  ExpectNear(fused.y, {-2, 9, 2, 11});
  ExpectNear(fused.batch_variance, {2, 8});
}

TEST_F(NnTest, DropoutKeepsTheMean) {
  const Tensor y = nn::dropout(ones(Shape{4000}), 0.25, {}, 1);
  int64_t dropped = 0;
  for (float v : y.read<float>()) {
    if (v == 0) {
      ++dropped;
    } else {
      EXPECT_FLOAT_EQ(v, 4.0f / 3);
    }
  }
  EXPECT_NEAR(static_cast<double>(dropped), 1000, 150);
  EXPECT_EQ(CodeOf([&] { nn::dropout(y, 1); }), absl::StatusCode::kInvalidArgument);
}

TEST_F(NnTest, Ranking) {
  const nn::TopK top = nn::top_k(constant({{1.0f, 9.0f, 9.0f}, {4.0f, 5.0f, 3.0f}}), 2);
  ExpectNear(top.values, {9, 9, 5, 4});
  EXPECT_EQ(top.indices.read<int32_t>(), (std::vector<int32_t>{1, 2, 1, 0}));
  const Tensor predictions = constant({{0.1f, 0.7f, 0.7f}, {0.9f, INFINITY, 0.0f}});
  EXPECT_EQ(nn::in_top_k(constant({2, 0}), predictions, 1).read<bool>(), (std::vector<bool>{true, false}));
}

}  // namespace
}  // namespace eager
