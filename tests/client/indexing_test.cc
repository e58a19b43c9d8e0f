// Parts of tensors and host arrays: both against NumPy's meaning, and against each other.

#include "client/indexing.h"

#include <eager/eager.h>
#include <gtest/gtest.h>

#include <numeric>

#include "tests/support/in_process.h"

namespace eager {
namespace {

class IndexingTest : public ::testing::Test {
 protected:
  // numpy.arange(24).reshape(2, 3, 4)
  static NDArray Cube() {
    std::vector<int32_t> values(24);
    std::iota(values.begin(), values.end(), 0);
    return NDArray(values).reshape({2, 3, 4});
  }
  // The same part of the array, which is a view, and of a tensor, which is an op.
  static void ExpectPart(std::initializer_list<Index> index, const Shape& shape, const std::vector<int32_t>& values) {
    const NDArray view = Cube()[index];
    const Tensor part = constant(Cube())[index];
    EXPECT_EQ(view.shape().ToTuple(), shape.ToTuple());
    EXPECT_EQ(view.to_vector<int32_t>(), values);
    EXPECT_EQ(part.shape().ToTuple(), shape.ToTuple());
    EXPECT_EQ(part.read<int32_t>(), values);
  }
  static std::string MessageOf(const auto& call) {
    try {
      call();
    } catch (const Error& e) {
      return std::string(e.status().message());
    }
    return "no error";
  }

  std::unique_ptr<testing::InProcessServer> server_ = *testing::InProcessServer::Make();
};

constexpr auto kOpen = std::nullopt;

TEST_F(IndexingTest, PartsAreNumPys) {
  ExpectPart({1}, {3, 4}, {12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23});
  ExpectPart({-1, 0}, {4}, {12, 13, 14, 15});
  ExpectPart({1, 2, 3}, {}, {23});
  ExpectPart({Slice(0, 1), 1}, {1, 4}, {4, 5, 6, 7});
  ExpectPart({Slice(), Slice(kOpen, kOpen, 2), -1}, {2, 2}, {3, 11, 15, 23});
  ExpectPart({0, Slice(kOpen, kOpen, -1), 0}, {3}, {8, 4, 0});
  ExpectPart({0, 0, Slice(-1, 0, -2)}, {2}, {3, 1});
  ExpectPart({ellipsis, 1}, {2, 3}, {1, 5, 9, 13, 17, 21});
  ExpectPart({0, ellipsis, newaxis, 0}, {3, 1}, {0, 4, 8});
  ExpectPart({newaxis, 1, newaxis, 2, Slice(1, 3)}, {1, 1, 2}, {21, 22});
  ExpectPart({0, 0, Slice(2, 100)}, {2}, {2, 3});  // bounds are cut off
  ExpectPart({0, 0, Slice(3, 1)}, {0}, {});
  ExpectPart({1, Slice(5, 9)}, {0, 4}, {});
}

TEST_F(IndexingTest, OneIndexNeedsNoBraces) {
  const Tensor x = constant({{1, 2}, {3, 4}});
  EXPECT_EQ(x[1].read<int32_t>(), (std::vector<int32_t>{3, 4}));
  EXPECT_EQ(static_cast<int>(x[1][-2]), 3);
  EXPECT_EQ(x[Slice(1, kOpen)].shape().ToTuple(), "(1, 2)");
  EXPECT_EQ(x[newaxis].shape().ToTuple(), "(1, 2, 2)");
  EXPECT_EQ(x[{}].shape().ToTuple(), "(2, 2)");
}

TEST_F(IndexingTest, VariablesAreReadAndPartsAreDifferentiated) {
  const Variable v(constant({1.0f, 2.0f, 3.0f}));
  GradientTape tape;
  const Tensor y = v[Slice(1, kOpen)] * 10.0f;
  EXPECT_EQ(tape.gradient(y, v)->read<float>(), (std::vector<float>{0, 10, 10}));
}

TEST_F(IndexingTest, ErrorsNameIndexShapeAndLine) {
  const Tensor x = constant({{1, 2}, {3, 4}});
  const NDArray a = x.numpy();
  EXPECT_EQ(MessageOf([&] { x[{0, 7}]; }),
            "StridedSlice: slice index 7 of dimension 1 out of bounds. (index [0, 7] of a tensor of shape (2, 2))");
  EXPECT_EQ(MessageOf([&] { a[{0, 7}]; }),
            "slice index 7 of dimension 1 out of bounds. (index [0, 7] of an array of shape (2, 2))");
  EXPECT_NE(MessageOf([&] { a[{0, 0, 0}]; }).find("(index [0, 0, 0] of an array of shape (2, 2))"), std::string::npos);
  EXPECT_NE(MessageOf([&] { a[{ellipsis, ellipsis}]; }).find("(index [..., ...]"), std::string::npos);
  EXPECT_NE(MessageOf([&] { x[{Slice(0, 1, 0)}]; }).find("(index [0:1:0]"), std::string::npos);
  try {
    x[9];
    FAIL();
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.where().file_name()).find("indexing_test"), std::string::npos);
  }
}

TEST_F(IndexingTest, ViewsShareTheirElements) {
  NDArray a = Cube().copy();
  NDArray column = a[{0, Slice(), 1}];
  column.mutable_at<int32_t>(2) = -5;
  EXPECT_EQ(a.at<int32_t>(0, 2, 1), -5);
  const auto strides = a[{Slice(), Slice(kOpen, kOpen, -2), newaxis, 0}].strides();
  EXPECT_EQ(std::vector<int64_t>(strides.begin(), strides.end()), (std::vector<int64_t>{48, -32, 0}));
}

}  // namespace
}  // namespace eager
