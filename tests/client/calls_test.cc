// What the ways to call an op refuse, and in which words: functions by name, op() by a string, indices that are tensors.
#include <eager/eager.h>
#include <gtest/gtest.h>

#include "tests/support/in_process.h"

namespace eager {
namespace {

class CallsTest : public ::testing::Test {
 protected:
  // The code and message of what `call` throws.
  static std::string ErrorOf(const auto& call) {
    try {
      call();
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.where().file_name()).find("calls_test.cc"), std::string::npos) << e.what();
      return e.status().ToString();
    }
    return "none";
  }
  static void Expect(const std::string& error, const std::string& code, std::initializer_list<const char*> parts) {
    EXPECT_EQ(error.rfind(code, 0), 0u) << error;
    for (const char* part : parts) EXPECT_NE(error.find(part), std::string::npos) << error << "\nlacks: " << part;
  }

  std::unique_ptr<testing::InProcessServer> server_ = testing::InProcessServer::Make().value();
  const Tensor matrix_ = constant({{1.0f, 2.0f}, {3.0f, 4.0f}});
  const Tensor vector_ = constant({1, 2, 3});
};

TEST_F(CallsTest, AnyOpByItsName) {
  const std::vector<Tensor> product = op("MatMul", {matrix_, matrix_}, {{"transpose_a", true}});
  EXPECT_EQ(product[0].read<float>(), (std::vector<float>{10, 14, 14, 20}));
  const std::vector<Tensor> parts = op("Split", {0, vector_}, {{"num_split", int64_t{3}}});
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[2].read<int32_t>(), (std::vector<int32_t>{3}));
}

TEST_F(CallsTest, RawCallsSayWhatIsWrong) {
  Expect(ErrorOf([&] { op("Matmul", {matrix_, matrix_}); }), "NOT_FOUND", {"Matmul", "MatMul"});
  Expect(ErrorOf([&] { op("MatMul", {matrix_, matrix_}, {{"transpose", true}}); }), "INVALID_ARGUMENT", {"MatMul", "transpose"});
  Expect(ErrorOf([&] { op("MatMul", {matrix_, matrix_}, {{"transpose_a", int64_t{1}}}); }), "INVALID_ARGUMENT",
         {"MatMul", "transpose_a", "bool"});
  Expect(ErrorOf([&] { op("MatMul", {matrix_}); }), "INVALID_ARGUMENT", {"MatMul", "2", "1"});
  Expect(ErrorOf([&] { op("Sin", {vector_}); }), "INVALID_ARGUMENT", {"Sin", "int32"});
  Expect(ErrorOf([&] { op("Cast", {vector_}); }), "INVALID_ARGUMENT", {"Cast", "DstT"});
  Expect(ErrorOf([&] { op("MirrorPad", {matrix_, vector_}, {{"mode", std::string("WRAP")}}); }), "INVALID_ARGUMENT",
         {"MirrorPad", "mode", "WRAP", "REFLECT"});
}

TEST_F(CallsTest, FunctionsRefuseWhatTheyCannotDo) {
  Expect(ErrorOf([&] { reduce_variance(vector_); }), "INVALID_ARGUMENT", {"reduce_variance", "int32"});
  Expect(ErrorOf([&] { norm(matrix_, "fro"); }), "INVALID_ARGUMENT", {"norm", "fro"});
  Expect(ErrorOf([&] { norm(matrix_, -1); }), "INVALID_ARGUMENT", {"norm", "positive", "-1"});
  Expect(ErrorOf([&] { norm(matrix_, 2, {0, 1}); }), "UNIMPLEMENTED", {"norm", "2"});
  Expect(ErrorOf([&] { norm(matrix_, 1, {0, 1, 2}); }), "INVALID_ARGUMENT", {"norm", "3"});
  Expect(ErrorOf([&] { segment_sum(vector_, constant({1, 0, 2})); }), "INVALID_ARGUMENT", {"segment_sum", "0 after 1"});
  Expect(ErrorOf([&] { segment_sum(vector_, constant({0, 1})); }), "INVALID_ARGUMENT", {"segment_sum", "[2]", "[3]"});
  Expect(ErrorOf([&] { matmul(matrix_, matrix_, {.transpose_a = true, .adjoint_a = true}); }), "INVALID_ARGUMENT", {"matmul"});
  Expect(ErrorOf([&] { tensordot(matrix_, vector_, 1); }), "INVALID_ARGUMENT", {"tensordot", "[2,2]", "[3]"});
  Expect(ErrorOf([&] { tensordot(matrix_, vector_, 2); }), "INVALID_ARGUMENT", {"tensordot", "2"});
  Expect(ErrorOf([&] { tensordot(matrix_, matrix_, {{0, 0}, {0, 1}}); }), "INVALID_ARGUMENT", {"tensordot", "twice"});
  Expect(ErrorOf([&] { clip_by_value(constant(1), vector_, 5); }), "INVALID_ARGUMENT", {"clip_by_value", "[3]"});
  Expect(ErrorOf([&] { linspace(0, 1, -1); }), "INVALID_ARGUMENT", {"linspace", "-1"});
  Expect(ErrorOf([&] { pad(matrix_, {{1, 1}, {1, 1}}, {.mode = "WRAP"}); }), "INVALID_ARGUMENT", {"pad", "WRAP", "REFLECT"});
  Expect(ErrorOf([&] { pad(matrix_, {{1, 1}}); }), "INVALID_ARGUMENT", {"Pad"});
  Expect(ErrorOf([&] { repeat(vector_, {1, 2}); }), "INVALID_ARGUMENT", {"repeat", "3", "2"});
  Expect(ErrorOf([&] { boolean_mask(vector_, vector_); }), "INVALID_ARGUMENT", {"boolean_mask", "bool", "int32"});
  Expect(ErrorOf([&] { boolean_mask(vector_, constant({true, false})); }), "INVALID_ARGUMENT", {"boolean_mask", "[2]", "[3]"});
  Expect(ErrorOf([&] { gather_nd(matrix_, constant({{0}}), 2); }), "INVALID_ARGUMENT", {"gather_nd", "batch_dims", "2"});
  Expect(ErrorOf([&] { meshgrid({vector_}, "yx"); }), "INVALID_ARGUMENT", {"meshgrid", "yx"});
  Expect(ErrorOf([&] { sort(vector_, 1); }), "INVALID_ARGUMENT", {"axis", "[-1, 1)"});
  Expect(ErrorOf([&] { split(vector_, 2); }), "INVALID_ARGUMENT", {"Split"});
  Expect(ErrorOf([&] { nn::log_poisson_loss(matrix_, constant({1.0f})); }), "INVALID_ARGUMENT", {"log_poisson_loss", "same shape"});
}

TEST_F(CallsTest, IndicesThatAreTensors) {
  EXPECT_EQ(vector_[constant(-1)].read<int32_t>(), (std::vector<int32_t>{3}));
  EXPECT_EQ(matrix_[matrix_ > 2].read<float>(), (std::vector<float>{3, 4}));
  Expect(ErrorOf([&] { (void)vector_[vector_]; }), "INVALID_ARGUMENT", {"integer scalar", "int32", "[3]"});
  Expect(ErrorOf([&] { (void)vector_[constant(1.0f)]; }), "INVALID_ARGUMENT", {"integer scalar", "float32"});
  Expect(ErrorOf([&] { (void)vector_[constant(3)]; }), "INVALID_ARGUMENT", {"3"});
  Expect(ErrorOf([&] { (void)matrix_[{0, matrix_ > 2}]; }), "INVALID_ARGUMENT", {"bool", "only one"});
}

}  // namespace
}  // namespace eager
