// tf.image and its kin in C++. Expected values are TensorFlow's.

#include "client/image.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "client/constant.h"
#include "client/error.h"
#include "client/gradient_tape.h"
#include "tests/support/in_process.h"

namespace eager {
namespace {

class ImageTest : public ::testing::Test {
 protected:
  std::unique_ptr<testing::InProcessServer> server_ = testing::InProcessServer::Make().value();
  const Tensor image_ = reshape(cast(range(8), DType::kUint8), {2, 2, 2});
};

TEST_F(ImageTest, ResizesBilinearlyToFloats) {
  const Tensor taller = image::resize(image_, {3, 2});
  EXPECT_EQ(taller.shape(), (Shape{3, 2, 2}));
  EXPECT_EQ(taller.read<float>(), (std::vector<float>{0, 1, 2, 3, 2, 3, 4, 5, 4, 5, 6, 7}));
  EXPECT_EQ(image::resize(image_, {2, 2}).dtype(), DType::kFloat32);
  EXPECT_EQ(image::resize(expand_dims(image_, 0), {1, 5}).shape(), (Shape{1, 1, 5, 2}));
}

TEST_F(ImageTest, ResizesToTheNearestPixel) {
  const Tensor taller = image::resize(image_, {4, 1}, {.method = image::ResizeMethod::kNearestNeighbor});
  EXPECT_EQ(taller.shape(), (Shape{4, 1, 2}));
  EXPECT_EQ(taller.read<uint8_t>(), (std::vector<uint8_t>{2, 3, 2, 3, 6, 7, 6, 7}));
}

TEST_F(ImageTest, KeepsItsForm) {
  EXPECT_EQ(image::resize(image_, {7, 5}, {.preserve_aspect_ratio = true}).shape(), (Shape{5, 5, 2}));
}

TEST_F(ImageTest, RefusesWhatIsNoImageOrNoSize) {
  const auto code = [](auto call) {
    try {
      call();
    } catch (const Error& e) {
      return e.code();
    }
    return absl::StatusCode::kOk;
  };
  EXPECT_EQ(code([&] { image::resize(image_, {0, 2}); }), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code([&] { image::resize(image_[0], {2, 2}); }), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code([&] { nn::space_to_depth(expand_dims(image_, 0), 3); }), absl::StatusCode::kInvalidArgument);
}

TEST_F(ImageTest, PixelsForChannelsAndBack) {
  const Tensor batch = expand_dims(image_, 0);
  const Tensor deep = nn::space_to_depth(batch, 2);
  EXPECT_EQ(deep.shape(), (Shape{1, 1, 1, 8}));
  EXPECT_EQ(nn::depth_to_space(deep, 2).read<uint8_t>(), batch.read<uint8_t>());
  const Tensor words = constant(std::vector<std::string>{"a", "b", "", "dd"});
  EXPECT_EQ(nn::depth_to_space(reshape(words, {1, 1, 1, 4}), 2).read<std::string>(), words.read<std::string>());
}

TEST_F(ImageTest, LocalResponseNormalization) {
  const Tensor x = reshape(range(4.0f), {1, 1, 1, 4});
  const std::vector<float> want = {0, 0.32366118f, 0.38490018f, 0.6026388f};
  const std::vector<float> got = nn::lrn(x, {.depth_radius = 1, .bias = 2, .alpha = 0.5, .beta = 0.75}).read<float>();
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(got[i], want[i], 1e-6f);
}

// How many places there are only the server knows, and ops go on with what it finds.
TEST_F(ImageTest, PlacesWhereAConditionHolds) {
  const Tensor places = where(constant({{true, false}, {false, true}}));
  EXPECT_EQ(places.shape(), (Shape{2, 2}));
  EXPECT_EQ(places.read<int64_t>(), (std::vector<int64_t>{0, 0, 1, 1}));
  const Tensor x = constant(std::vector<float>{0, 2, std::numeric_limits<float>::quiet_NaN()});
  EXPECT_EQ((where(x * 1) + 1).read<int64_t>(), (std::vector<int64_t>{2, 3}));
  EXPECT_THROW(where(constant(true)), Error);
  EXPECT_EQ(where(x > 100).shape(), (Shape{0, 1}));
}

}  // namespace
}  // namespace eager
