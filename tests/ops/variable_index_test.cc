// Reads and changes of a part of a variable: values, and mistakes, which are TensorFlow's.

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "absl/strings/match.h"
#include "client/eager.h"
#include "client/op.h"
#include "tests/support/in_process.h"

namespace eager {
namespace {

using absl::StatusCode;
using Floats = std::vector<float>;

class VariableIndex : public ::testing::Test {
 protected:
  static void ExpectError(StatusCode code, const std::string& words, const std::function<void()>& call) {
    try {
      call();
      Context::Default().Sync();
      ADD_FAILURE() << "no error, expected one that says " << words;
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), code) << e.what();
      EXPECT_TRUE(absl::StrContains(e.what(), words)) << e.what();
    }
  }
  Tensor Gather(const Variable& v, const Operand& indices, int64_t batch_dims = 0) {
    return op("ResourceGather", {v, indices}, {{"dtype", v.dtype()}, {"batch_dims", batch_dims}})[0];
  }

  std::unique_ptr<testing::InProcessServer> server_ = testing::InProcessServer::Make().value();
  Variable v_{constant({{1.f, 2.f}, {3.f, 4.f}, {5.f, 6.f}})};
};

TEST_F(VariableIndex, Gather) {
  EXPECT_EQ(Gather(v_, constant({2, 0})).read<float>(), (Floats{5, 6, 1, 2}));
  EXPECT_EQ(Gather(v_, 1).read<float>(), (Floats{3, 4}));
  EXPECT_EQ(Gather(v_, constant({{1}, {0}, {1}}), 1).read<float>(), (Floats{2, 3, 6}));
  ExpectError(StatusCode::kInvalidArgument, "indices[1] = 3 is not in [0, 3)", [&] {
    Gather(v_, constant({2, 3})).numpy();
  });
  ExpectError(StatusCode::kInvalidArgument,
              "params must have at least 3 (batch_dims) dimensions but it has shape [3,2]", [&] {
                Gather(v_, constant({{1}, {0}, {1}}), 3).numpy();
              });
  ExpectError(StatusCode::kInvalidArgument, "the variable holds float32[3,2], but the op is for float64", [&] {
    op("ResourceGather", {v_, 0}, {{"dtype", DType::kFloat64}})[0].numpy();
  });
  Variable strings(constant({"a", "bb", ""}));
  EXPECT_EQ(Gather(strings, constant({1, 2, 1})).numpy().string_at(2), "bb");
}

// What is read is not what a later change makes of the variable.
TEST_F(VariableIndex, ChangesLeaveWhatWasReadAlone) {
  const Tensor before = v_.read_value();
  op("ResourceScatterAdd", {v_, constant({0, 0}), constant({{1.f, 2.f}, {3.f, 4.f}})});
  EXPECT_EQ(before.read<float>(), (Floats{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(v_.read<float>(), (Floats{5, 8, 3, 4, 5, 6}));
  op("DisableCopyOnRead", {v_});
  EXPECT_EQ(v_.read<float>(), (Floats{5, 8, 3, 4, 5, 6}));
}

TEST_F(VariableIndex, ScatterOneNumberToAll) {
  op("ResourceScatterAdd", {v_, constant({0, 2, 0}), 10.f});
  EXPECT_EQ(v_.read<float>(), (Floats{21, 22, 3, 4, 15, 16}));
  op("ResourceScatterUpdate", {v_, 1, 7.f});
  EXPECT_EQ(v_.read<float>(), (Floats{21, 22, 7, 7, 15, 16}));
}

TEST_F(VariableIndex, ScatterWithEveryRule) {
  const auto after = [&](const char* name) {
    Variable v(constant({{4.f, -2.f}, {3.f, 8.f}}));
    op(name, {v, constant({1, 1, 0}), constant({{2.f, 2.f}, {4.f, 0.5f}, {-1.f, 4.f}})});
    return v.read<float>();
  };
  EXPECT_EQ(after("ResourceScatterUpdate"), (Floats{-1, 4, 4, 0.5}));
  EXPECT_EQ(after("ResourceScatterAdd"), (Floats{3, 2, 9, 10.5}));
  EXPECT_EQ(after("ResourceScatterSub"), (Floats{5, -6, -3, 5.5}));
  EXPECT_EQ(after("ResourceScatterMul"), (Floats{-4, -8, 24, 8}));
  EXPECT_EQ(after("ResourceScatterDiv"), (Floats{-4, -0.5, 0.375, 8}));
  EXPECT_EQ(after("ResourceScatterMin"), (Floats{-1, -2, 2, 0.5}));
  EXPECT_EQ(after("ResourceScatterMax"), (Floats{4, 4, 4, 8}));
}

TEST_F(VariableIndex, IntegersAreDividedWithTheirSign) {
  Variable v(constant({7, -7, std::numeric_limits<int32_t>::min()}));
  op("ResourceScatterDiv", {v, constant({0, 1, 2}), constant({2, 2, -1})});
  EXPECT_EQ(v.read<int32_t>(), (std::vector<int32_t>{3, -3, std::numeric_limits<int32_t>::min()}));
  ExpectError(StatusCode::kInvalidArgument, "Integer division by zero", [&] {
    op("ResourceScatterDiv", {v, constant({0}), constant({0})});
  });
}

// In 16 bits every sum is rounded, as TensorFlow's is: 2049 is none of them.
TEST_F(VariableIndex, SumsAreRoundedOneByOne) {
  Variable v(op("Cast", {constant({2048.f})}, {{"DstT", DType::kFloat16}})[0]);
  op("ResourceScatterAdd", {v, constant({0, 0}), op("Cast", {constant({1.f, 1.f})}, {{"DstT", DType::kFloat16}})[0]});
  EXPECT_EQ(op("Cast", {v}, {{"DstT", DType::kFloat32}})[0].read<float>(), (Floats{2048}));
}

TEST_F(VariableIndex, ScatterNd) {
  op("ResourceScatterNdUpdate", {v_, constant({{2, 0}, {0, 1}}), constant({9.f, 8.f})});
  EXPECT_EQ(v_.read<float>(), (Floats{1, 8, 3, 4, 9, 6}));
  op("ResourceScatterNdAdd", {v_, constant({{1}, {1}}), constant({{1.f, 1.f}, {2.f, 2.f}})});
  EXPECT_EQ(v_.read<float>(), (Floats{1, 8, 6, 7, 9, 6}));
  op("ResourceScatterNdSub", {v_, constant({{1}, {5}}), constant({{1.f, 1.f}, {2.f, 2.f}})},
     {{"bad_indices_policy", std::string("IGNORE")}});
  EXPECT_EQ(v_.read<float>(), (Floats{1, 8, 5, 6, 9, 6}));
}

TEST_F(VariableIndex, StridedSliceAssign) {
  const auto assign = [&](const Variable& v, const Operand& begin, const Operand& end, const Operand& strides,
                          const Operand& value, int64_t shrink = 0) {
    op("ResourceStridedSliceAssign", {v, begin, end, strides, value}, {{"shrink_axis_mask", shrink}});
  };
  assign(v_, constant({0}), constant({2}), constant({1}), constant({{9.f, 9.f}, {8.f, 8.f}}));
  EXPECT_EQ(v_.read<float>(), (Floats{9, 9, 8, 8, 5, 6}));
  assign(v_, constant({2, 1}), constant({0, 0}), constant({-1, -1}), constant({{1.f}, {2.f}}));
  EXPECT_EQ(v_.read<float>(), (Floats{9, 9, 8, 2, 5, 1}));
  assign(v_, constant({0, 0}), constant({1, 1}), constant({1, 1}), 7.f, 3);
  EXPECT_EQ(v_.read<float>(), (Floats{7, 9, 8, 2, 5, 1}));
  assign(v_, constant({0}), constant({2}), constant({1}), constant({{3.f, 4.f}}));  // is broadcast
  EXPECT_EQ(v_.read<float>(), (Floats{3, 4, 3, 4, 5, 1}));
  ExpectError(StatusCode::kInvalidArgument, "strides[0] must be non-zero",
              [&] { assign(v_, constant({0}), constant({2}), constant({0}), 5.f); });
  ExpectError(StatusCode::kInvalidArgument, "slice index 5 of dimension 0 out of bounds.",
              [&] { assign(v_, constant({5}), constant({6}), constant({1}), 5.f, 1); });
  Variable strings(constant({"a", "b", "c", "d"}));
  assign(strings, constant({0}), constant({4}), constant({2}), constant({"x", "yy"}));
  const HostTensor texts = strings.numpy();
  EXPECT_EQ(texts.string_at(0), "x");
  EXPECT_EQ(texts.string_at(1), "b");
  EXPECT_EQ(texts.string_at(2), "yy");
}

TEST_F(VariableIndex, Strings) {
  Variable v(constant({"a", "b", "c"}));
  op("ResourceScatterUpdate", {v, constant({2, 0}), constant({"long", ""})});
  op("ResourceScatterNdUpdate", {v, constant({{1}}), constant({"x"})});
  const HostTensor texts = v.numpy();
  EXPECT_EQ(texts.string_at(0), "");
  EXPECT_EQ(texts.string_at(1), "x");
  EXPECT_EQ(texts.string_at(2), "long");
}

// Nothing is changed by a call that is refused.
TEST_F(VariableIndex, MistakesChangeNothing) {
  const auto scatter = [&](const char* name, const Operand& indices, const Operand& updates) {
    op(name, {v_, indices, updates});
  };
  const auto expect = [&](const std::string& words, const std::function<void()>& call) {
    ExpectError(StatusCode::kInvalidArgument, words, call);
    EXPECT_EQ(v_.read<float>(), (Floats{1, 2, 3, 4, 5, 6}));
  };
  expect("indices[1] = 5 is not in [0, 3)", [&] {
    scatter("ResourceScatterAdd", constant({0, 5}), constant({{1.f, 2.f}, {3.f, 4.f}}));
  });
  expect("indices[1] = -1 is not in [0, 3)", [&] { scatter("ResourceScatterAdd", constant({0, -1}), 1.f); });
  expect(
      "Must have updates.shape = indices.shape + params.shape[1:] or updates.shape = [], got updates.shape [2], "
      "indices.shape [2], params.shape [3,2]",
      [&] {
        scatter("ResourceScatterSub", constant({0, 1}), constant({1.f, 2.f}));
      });
  expect("Dimensions [1,2) of input[shape=[3,2]] must match dimensions [1,2) of updates[shape=[1,1]]",
         [&] { scatter("ResourceScatterNdUpdate", constant({{1}}), constant({{1.f}})); });
  expect("Dimensions [3,2) of input[shape=[3,2]] must match dimensions [3,1) of updates[shape=[1]]", [&] {
    scatter("ResourceScatterNdAdd", constant({{1, 0, 0}}), constant({1.f}));
  });
  expect("Dimensions [0,1) of indices[shape=[2,1]] = 2 must match dimensions [0,1) of updates[shape=[1,2]] = 1", [&] {
    scatter("ResourceScatterNdAdd", constant({{1}, {0}}), constant({{1.f, 1.f}}));
  });
  expect("indices[0] = [5] does not index into shape [3,2]", [&] {
    scatter("ResourceScatterNdAdd", constant({{5}}), constant({{1.f, 2.f}}));
  });
  op("DestroyResourceOp", {v_});
  ExpectError(StatusCode::kFailedPrecondition, "has no value", [&] { op("ResourceScatterAdd", {v_, 0, 1.f}); });
  ExpectError(StatusCode::kFailedPrecondition, "has no value", [&] { Gather(v_, 0).numpy(); });
}

TEST_F(VariableIndex, GradientOfAGather) {
  GradientTape tape;
  tape.watch(v_);
  const Tensor rows = Gather(v_, constant({2, 0, 2}));
  const std::optional<Tensor> gradient = tape.gradient(rows * rows, v_);
  ASSERT_TRUE(gradient.has_value());
  EXPECT_EQ(gradient->read<float>(), (Floats{2, 4, 0, 0, 20, 24}));
}

}  // namespace
}  // namespace eager
