// The asserts and their texts, which are those of TensorFlow 2.21.

#include <gtest/gtest.h>

#include <limits>

#include "client/eager.h"
#include "tests/support/in_process.h"

namespace eager {
namespace {

namespace debug = eager::debugging;

class DebuggingTest : public ::testing::Test {
 protected:
  std::unique_ptr<testing::InProcessServer> server_ = testing::InProcessServer::Make().value();
};

// What the call throws: "" if nothing.
template <class F>
std::string MessageOf(F call) {
  try {
    call();
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(std::string(error.where().file_name()).find("debugging_test.cc"), std::string::npos) << error.what();
    return std::string(error.status().message());
  }
}

TEST_F(DebuggingTest, WhatHoldsIsSilent) {
  const Tensor x = constant({1.f, 2.f});
  debug::assert_equal(x, constant({1.f, 2.f}));
  debug::assert_equal(x.shape(), {2});
  debug::assert_equal(constant(std::vector<float>()), 5);
  debug::assert_none_equal(x, 3);
  debug::assert_less(x, 3);
  debug::assert_less_equal(x, 2);
  debug::assert_greater(x, 0);
  debug::assert_greater_equal(Variable(x), 1);
  debug::assert_near(x, x + 1e-7f);
  debug::assert_near(x, 1.5, {.atol = 0.6});
  EXPECT_EQ(debug::check_numerics(x, "x").read<float>(), (std::vector<float>{1, 2}));
  debug::assert_shapes({{op("Fill", {constant({2, 3}), 0.f})[0], {"N", 3}}, {x, {"N"}}, {constant(1), {}}});
}

TEST_F(DebuggingTest, Comparisons) {
  EXPECT_EQ(MessageOf([] { debug::assert_equal(constant({1, 2, 3, 4, 5}), constant({1, 3, 3, 4, 6})); }),
            "Condition x == y did not hold.\nIndices of first 2 different values:\n[[1]\n [4]]\nCorresponding x values:\n[2 5]\n"
            "Corresponding y values:\n[3 6]\nFirst 3 elements of x:\n[1 2 3]\nFirst 3 elements of y:\n[1 3 3]");
  EXPECT_EQ(MessageOf([] { debug::assert_equal(constant(1), 2, {.message = "hey"}); }),
            "hey\nCondition x == y did not hold.\nFirst 1 elements of x:\n[1]\nFirst 1 elements of y:\n[2]");
  EXPECT_EQ(MessageOf([] { debug::assert_equal(constant({1.5f, 2.f}), 2.0, {.summarize = 1}); }),
            "Condition x == y did not hold.\nFirst 1 elements of x:\n[1.5]\nFirst 1 elements of y:\n[2.]");
  EXPECT_EQ(MessageOf([] { debug::assert_greater(constant({1, 2}), 2); }),
            "Condition x > y did not hold.\nFirst 2 elements of x:\n[1 2]\nFirst 1 elements of y:\n[2]");
  EXPECT_EQ(MessageOf([] { debug::assert_less(constant({1.f, 2.f}), 2.0, {.message = "m"}); }),
            "m\nCondition x < y did not hold.\nFirst 2 elements of x:\n[1. 2.]\nFirst 1 elements of y:\n[2.]");
  const Tensor grid = constant({{1, 2, 3}, {4, 5, 6}});
  EXPECT_NE(MessageOf([&] { debug::assert_equal(grid, constant({{1, 2, 0}, {0, 5, 6}}), {.summarize = -1}); })
                .find("first 2 different values:\n[[0 2]\n [1 0]]"),
            std::string::npos);
  EXPECT_NE(MessageOf([] { debug::assert_equal(constant({1, 2}), constant({1, 2, 3})); }).find("Incompatible shapes"), std::string::npos);
  const Tensor nan = constant({std::numeric_limits<float>::quiet_NaN()});
  EXPECT_NE(MessageOf([&] { debug::assert_equal(nan, nan); }), "");
  EXPECT_NE(MessageOf([&] { debug::assert_near(nan, nan); }), "");
}

TEST_F(DebuggingTest, ShapesNearAndNumerics) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(MessageOf([] { debug::assert_equal((Shape{32, 10}), {32, 11}); }),
            "Condition x == y did not hold.\nx: (32, 10)\ny: (32, 11)");
  EXPECT_EQ(MessageOf([] { debug::assert_near(constant({1.f, 2.f}), constant({1.f, 2.1f}), {.rtol = 0.5e-3, .atol = 0.25}); }), "");
  EXPECT_EQ(MessageOf([] { debug::assert_near(constant({1.f, 2.f}), constant({1.f, 2.5f}), {.rtol = 0, .atol = 0.25}); }),
            "x and y not equal to tolerance rtol = 0, atol = 0.25\nFirst 2 elements of x:\n[1. 2.]\nFirst 2 elements of y:\n[1.  2.5]");
  EXPECT_NE(MessageOf([] { debug::assert_near(constant(1), 1); }), "");
  EXPECT_EQ(MessageOf([&] { debug::check_numerics(constant({1.f, nan}), "msg"); }), "msg : Tensor had NaN values");
  EXPECT_EQ(MessageOf([&] { debug::check_numerics(constant({1.f, -inf}), "msg"); }), "msg : Tensor had Inf values");
  EXPECT_EQ(MessageOf([&] { debug::check_numerics(constant({nan, inf}), "msg"); }), "msg : Tensor had Inf and NaN values");
  const Tensor x = op("Fill", {constant({2, 3}), 0.f})[0], y = op("Fill", {constant({3, 4}), 0.f})[0];
  EXPECT_EQ(MessageOf([&] { debug::assert_shapes({{x, {"N", "Q"}}, {y, {"N", "D"}}}); }),
            "Specified by Tensor shape=(2, 3) dtype=float32 dimension 0.  Tensor shape=(3, 4) dtype=float32 dimension 0 must "
            "have size 2.  Received size 3, shape (3, 4)");
  EXPECT_EQ(MessageOf([&] { debug::assert_shapes({{x, {2, 4}}}, {.message = "m"}); }),
            "m\nSpecified explicitly.  Tensor shape=(2, 3) dtype=float32 dimension 1 must have size 4.  Received size 3, shape (2, 3)");
  EXPECT_EQ(MessageOf([&] { debug::assert_shapes({{x, {2}}}); }),
            "Tensor shape=(2, 3) dtype=float32 must have rank 1.  Received rank 2, shape (2, 3)");
}

}  // namespace
}  // namespace eager
