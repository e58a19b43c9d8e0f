// Lists of tensors of the TensorFlow door.
#include "absl/strings/match.h"
#include "tests/server/tensorflow/runner_fixture.h"

namespace eager::server::tf {
namespace {

using absl::StatusCode;

class ListTest : public RunnerTest {
 protected:
  using Is = std::vector<int64_t>;
  const NamedValues kOfInts = {{"element_dtype", TypeAttr(DType::kInt64)}};

  Value Index(int32_t i) { return Put(HostTensor::Scalar<int32_t>(i)); }
  Value Reserve(int32_t n) { return One("TensorListReserve", {Ints({}), Index(n)}, kOfInts); }
  Value Set(const Value& list, int32_t i, int64_t value) { return One("TensorListSetItem", {list, Index(i), Int(value)}, kOfInts); }
  int64_t Get(const Value& list, int32_t i) { return IntsOf(One("TensorListGetItem", {list, Index(i), Ints({})}, kOfInts))[0]; }
};

TEST_F(ListTest, ItemsByIndex) {
  const Value empty = Reserve(3);
  const Value list = Set(Set(empty, 0, 5), 2, 7);
  EXPECT_EQ(Get(list, 0), 5);
  EXPECT_EQ(Get(list, 1), 0);  // was never set
  EXPECT_EQ(Get(empty, 0), 0);  // a list that somebody has does not change
  EXPECT_EQ(IntsOf(One("TensorListStack", {list, Ints({})}, kOfInts)), (Is{5, 0, 7}));
  EXPECT_EQ(IntsOf(One("TensorListGather", {list, Ints({2, 0}), Ints({})}, kOfInts)), (Is{7, 5}));
  EXPECT_EQ(IntsOf(One("TensorListLength", {list})), Is{3});
  EXPECT_EQ(StatusOf("TensorListGetItem", {list, Index(3), Ints({})}, kOfInts).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(StatusOf("TensorListSetItem", {list, Index(-1), Int(1)}, kOfInts).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(StatusOf("TensorListSetItem", {list, Index(0), Put(HostTensor::Scalar(1.0f))}, kOfInts).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(StatusOf("TensorListSetItem", {list, Index(0), Ints({1, 2})}, kOfInts).code(), StatusCode::kInvalidArgument);
}

TEST_F(ListTest, PushAndPop) {
  Value list = One("EmptyTensorList", {Ints({}), Index(2)}, kOfInts);
  list = One("TensorListPushBack", {list, Int(4)});
  list = One("TensorListPushBack", {list, Int(6)});
  EXPECT_EQ(StatusOf("TensorListPushBack", {list, Int(8)}).code(), StatusCode::kInvalidArgument);  // more than two
  absl::StatusOr<Values> popped = Run("TensorListPopBack", {list, Ints({})}, kOfInts);
  ASSERT_TRUE(popped.ok());
  EXPECT_EQ(IntsOf((*popped)[1]), Is{6});
  EXPECT_EQ(IntsOf(One("TensorListLength", {(*popped)[0]})), Is{1});
  EXPECT_EQ(IntsOf(One("TensorListLength", {list})), Is{2});
  popped = Run("TensorListPopBack", {(*popped)[0], Ints({})}, kOfInts);
  ASSERT_TRUE(popped.ok());
  EXPECT_EQ(StatusOf("TensorListPopBack", {(*popped)[0], Ints({})}, kOfInts).code(), StatusCode::kInvalidArgument);
}

TEST_F(ListTest, OfRows) {
  const Value list = One("TensorListFromTensor", {Ints({1, 2, 3}), Ints({})}, kOfInts);
  EXPECT_EQ(IntsOf(One("TensorListStack", {list, Ints({})}, kOfInts)), (Is{1, 2, 3}));
  const Value sum = One("AddN", {list, list});
  EXPECT_EQ(IntsOf(One("TensorListStack", {sum, Ints({})}, kOfInts)), (Is{2, 4, 6}));
  const Value zeros = One("ZerosLike", {list});
  EXPECT_EQ(IntsOf(One("TensorListStack", {zeros, Ints({})}, kOfInts)), (Is{0, 0, 0}));
  EXPECT_EQ(StatusOf("TensorListFromTensor", {Int(1), Ints({})}, kOfInts).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(StatusOf("TensorListFromTensor", {list, Ints({})}, kOfInts).code(), StatusCode::kInvalidArgument);
}

TEST_F(ListTest, WrongInputs) {
  for (const char* op : {"TensorListReserve", "EmptyTensorList", "TensorListSetItem", "TensorListGetItem", "TensorListPushBack",
                         "TensorListPopBack", "TensorListLength", "TensorListStack", "TensorListGather", "TensorListFromTensor",
                         "TensorListScatterV2", "TensorListConcatV2", "TensorListSplit", "TensorListResize", "TensorListElementShape"}) {
    const absl::Status status = StatusOf(op, {}, kOfInts);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << op << ": " << status;
    EXPECT_TRUE(absl::StartsWith(status.message(), op)) << status;
  }
  EXPECT_EQ(StatusOf("TensorListReserve", {Ints({}), Int(int64_t{1} << 60)}, kOfInts).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(StatusOf("TensorListReserve", {Ints({}), Int(-1)}, kOfInts).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(StatusOf("TensorListResize", {Reserve(1), Int(int64_t{1} << 60)}, kOfInts).code(), StatusCode::kInvalidArgument);
  const absl::Status status = StatusOf("AddV2", {Int(1), Reserve(1)});
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << status;
}

}  // namespace
}  // namespace eager::server::tf
