// Lookup tables of the TensorFlow door.
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/server/tensorflow/runner_fixture.h"

namespace eager::server::tf {
namespace {

using absl::StatusCode;

class LookupTest : public RunnerTest {
 protected:
  static NamedValues Types(DType key, DType value, const std::string& name = "") {
    NamedValues attrs = {{"key_dtype", TypeAttr(key)}, {"value_dtype", TypeAttr(value)}};
    if (!name.empty()) attrs.emplace_back("shared_name", StringAttr(name));
    return attrs;
  }
  static ::tensorflow::AttrValue ShapeAttr(int64_t n) {
    ::tensorflow::AttrValue value;
    value.mutable_shape()->add_dim()->set_size(n);
    return value;
  }
  Value Words() {
    const Value table = One("HashTableV2", {}, Types(DType::kString, DType::kInt64, "words"));
    EXPECT_TRUE(StatusOf("LookupTableImportV2", {table, Strings({"a", "", "ccc"}), Ints({1, 2, 3})}).ok());
    return table;
  }
};

TEST_F(LookupTest, FilledOnce) {
  const Value table = Words();
  EXPECT_EQ(IntsOf(One("LookupTableFindV2", {table, Strings({"ccc", "x", "", "a"}), Int(-1)})), (std::vector<int64_t>{3, -1, 2, 1}));
  EXPECT_EQ(IntsOf(One("LookupTableSizeV2", {table})), std::vector<int64_t>{3});
  // The same again is no error; anything else is.
  EXPECT_TRUE(StatusOf("LookupTableImportV2", {table, Strings({"a"}), Ints({1})}).ok());
  EXPECT_EQ(StatusOf("LookupTableImportV2", {table, Strings({"a"}), Ints({2})}).code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(StatusOf("LookupTableImportV2", {table, Strings({"b"}), Ints({2})}).code(), StatusCode::kFailedPrecondition);
  const Value empty = One("AnonymousHashTable", {}, Types(DType::kString, DType::kInt64));
  EXPECT_EQ(StatusOf("LookupTableFindV2", {empty, Strings({"a"}), Int(-1)}).code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(StatusOf("LookupTableImportV2", {empty, Strings({"a", "a"}), Ints({1, 2})}).code(), StatusCode::kInvalidArgument);
}

TEST_F(LookupTest, Names) {
  Words();
  const NamedValues attrs = Types(DType::kString, DType::kInt64, "words");
  EXPECT_EQ(IntsOf(One("LookupTableSizeV2", {One("HashTableV2", {}, attrs)})), std::vector<int64_t>{3});
  EXPECT_EQ(StatusOf("HashTableV2", {}, Types(DType::kInt64, DType::kInt64, "words")).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(StatusOf("MutableHashTableV2", {}, attrs).code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(StatusOf("DestroyResourceOp", {One("HashTableV2", {}, attrs)}).ok());
  EXPECT_EQ(IntsOf(One("LookupTableSizeV2", {One("HashTableV2", {}, attrs)})), std::vector<int64_t>{0});
}

TEST_F(LookupTest, Mutable) {
  const Value table = One("AnonymousMutableHashTable", {}, Types(DType::kInt64, DType::kString));
  EXPECT_TRUE(StatusOf("LookupTableInsertV2", {table, Ints({1, 2}), Strings({"one", ""})}).ok());
  EXPECT_TRUE(StatusOf("LookupTableInsertV2", {table, Ints({2, 3}), Strings({"two", "three"})}).ok());
  const Value found = One("LookupTableFindV2", {table, Ints({3, 2, 9}), Put(HostTensor::Strings(Shape(), {"?"}))});
  const HostTensor words = *ToHost(*found.tensor);
  EXPECT_EQ(absl::StrCat(words.string_at(0), ",", words.string_at(1), ",", words.string_at(2)), "three,two,?");
  EXPECT_TRUE(StatusOf("LookupTableRemoveV2", {table, Ints({2, 77})}).ok());
  const absl::StatusOr<Values> exported = Run("LookupTableExportV2", {table});
  ASSERT_TRUE(exported.ok());
  std::vector<int64_t> keys = IntsOf((*exported)[0]);
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(keys, (std::vector<int64_t>{1, 3}));
  EXPECT_EQ((*exported)[1].spec().ToString(), "string[2]");
  EXPECT_TRUE(StatusOf("LookupTableImportV2", {table, Ints({5}), Strings({"five"})}).ok());  // in place of all
  EXPECT_EQ(IntsOf(One("LookupTableSizeV2", {table})), std::vector<int64_t>{1});
}

TEST_F(LookupTest, VectorsAndReservedKeys) {
  NamedValues attrs = Types(DType::kInt64, DType::kFloat32);
  attrs.emplace_back("value_shape", ShapeAttr(2));
  const Value table = One("AnonymousMutableDenseHashTable", {Int(-1), Int(-2)}, attrs);
  EXPECT_TRUE(StatusOf("LookupTableInsertV2", {table, Ints({4}), Floats(Shape({1, 2}), {1.5, 2.5})}).ok());
  const Value found = One("LookupTableFindV2", {table, Ints({4, 5}), Floats(Shape({2}), {0, 9})});
  EXPECT_EQ(found.spec().shape, Shape({2, 2}));
  const HostTensor values = *ToHost(*found.tensor);
  EXPECT_EQ(std::vector<float>(values.values<float>().begin(), values.values<float>().end()), (std::vector<float>{1.5, 2.5, 0, 9}));
  EXPECT_EQ(StatusOf("LookupTableInsertV2", {table, Ints({-2}), Floats(Shape({1, 2}), {1, 1})}).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(StatusOf("LookupTableInsertV2", {table, Ints({1}), Floats(Shape({2}), {1, 1})}).code(), StatusCode::kInvalidArgument);
}

TEST_F(LookupTest, WrongInputs) {
  const Value table = Words();
  const auto invalid = [&](const std::string& op, Values inputs, const NamedValues& attrs = {}) {
    const absl::Status status = StatusOf(op, std::move(inputs), attrs);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << op << ": " << status;
    EXPECT_TRUE(absl::StartsWith(status.message(), op + ": ")) << status;
  };
  for (const char* op : {"LookupTableFindV2", "LookupTableImportV2", "LookupTableInsertV2", "LookupTableSizeV2", "LookupTableExportV2"}) {
    invalid(op, {});
    invalid(op, {Int(3), Int(3), Int(3)});
  }
  invalid("HashTableV2", {});
  invalid("LookupTableFindV2", {table, Strings({"a"})});
  invalid("LookupTableFindV2", {table, Ints({1}), Int(0)});
  invalid("LookupTableFindV2", {table, Strings({"a"}), Put(HostTensor::Scalar(1.0f))});
  invalid("LookupTableFindV2", {table, Strings({"a"}), Ints({1, 2})});
  invalid("LookupTableFindV2", {table, Strings({"a"}), table});
  invalid("LookupTableImportV2", {table, Strings({"a", "b"}), Ints({1})});
  EXPECT_EQ(StatusOf("HashTableV2", {}, Types(DType::kVariant, DType::kInt64)).code(), StatusCode::kUnimplemented);
  EXPECT_EQ(StatusOf("HashTableV2", {}, Types(DType::kString, DType::kResource)).code(), StatusCode::kUnimplemented);
}

// A table's memory is its session's.
TEST_F(LookupTest, Limits) {
  const int64_t before = session_.queues().bytes();
  {
    const Value table = One("AnonymousMutableHashTable", {}, Types(DType::kInt64, DType::kString));
    absl::Status status;
    for (int64_t i = 0; i < 100 && status.ok(); ++i) {
      status = StatusOf("LookupTableInsertV2", {table, Ints({i}), Strings({std::string(1 << 20, 'x')})});
    }
    EXPECT_EQ(status.code(), StatusCode::kResourceExhausted) << status;
    EXPECT_TRUE(StatusOf("LookupTableRemoveV2", {table, Ints({0, 1, 2, 3})}).ok());
    EXPECT_TRUE(StatusOf("LookupTableInsertV2", {table, Ints({0}), Strings({"small"})}).ok());
  }
  EXPECT_EQ(session_.queues().bytes(), before);
  // A long value for many keys.
  const Value table = One("AnonymousMutableHashTable", {}, Types(DType::kInt64, DType::kString));
  EXPECT_TRUE(StatusOf("LookupTableInsertV2", {table, Ints({0}), Strings({std::string(1 << 20, 'x')})}).ok());
  EXPECT_EQ(StatusOf("LookupTableFindV2", {table, Ints(std::vector<int64_t>(100, 0)), Put(HostTensor::Strings(Shape(), {""}))}).code(),
            StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace eager::server::tf
