// Datasets, iterators and optionals of the TensorFlow door.
#include <algorithm>
#include <limits>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/server/tensorflow/runner_fixture.h"

namespace eager::server::tf {
namespace {

using absl::StatusCode;

const char kTwice[] = R"pb(
  signature { name: "twice" input_arg { name: "x" type: 9 } output_arg { name: "y" type: 9 } }
  node_def { name: "sum" op: "AddV2" input: "x" input: "x" }
  ret { key: "y" value: "sum:z:0" })pb";
const char kPlus[] = R"pb(
  signature { name: "plus" input_arg { name: "x" type: 9 } input_arg { name: "by" type: 9 } output_arg { name: "y" type: 9 } }
  node_def { name: "sum" op: "AddV2" input: "x" input: "by" }
  ret { key: "y" value: "sum:z:0" })pb";
const char kIsLess[] = R"pb(
  signature { name: "is_less" input_arg { name: "x" type: 9 } input_arg { name: "than" type: 9 } output_arg { name: "y" type: 10 } }
  node_def { name: "less" op: "Less" input: "x" input: "than" }
  ret { key: "y" value: "less:z:0" })pb";
const char kSlices[] = R"pb(
  signature { name: "slices" input_arg { name: "x" type: 9 } output_arg { name: "y" type: 21 } }
  node_def {
    name: "rows" op: "TensorSliceDataset" input: "x"
    attr { key: "Toutput_types" value { list { type: 9 } } }
  }
  ret { key: "y" value: "rows:handle:0" })pb";
const char kTwo[] = R"pb(
  signature {
    name: "two" input_arg { name: "x" type: 9 } output_arg { name: "y" type: 9 } output_arg { name: "z" type: 9 }
  }
  ret { key: "y" value: "x" } ret { key: "z" value: "x" })pb";
const char kRandom[] = R"pb(
  signature { name: "random" input_arg { name: "x" type: 9 } output_arg { name: "y" type: 9 } }
  node_def {
    name: "shuffled" op: "RandomShuffle" input: "x"
    attr { key: "seed" value { i: 3 } } attr { key: "seed2" value { i: 5 } }
  }
  ret { key: "y" value: "shuffled:output:0" })pb";

class DatasetTest : public RunnerTest {
 protected:
  const NamedValues kInt64 = {{"output_types", TypesAttr({DType::kInt64})}};

  Value Range(int64_t n) { return One("RangeDataset", {Int(0), Int(n), Int(1)}, kInt64); }
  Value Map(const Value& input, const std::string& function, Values others = {}) {
    others.insert(others.begin(), input);
    return One("MapDataset", std::move(others), {{"output_types", TypesAttr({DType::kInt64})}, {"f", FuncAttr(function)}});
  }
  Value Batch(const Value& input, int64_t size, bool drops = false) {
    return One("BatchDatasetV2", {input, Int(size), Bool(drops)}, kInt64);
  }
  Value Iterate(const Value& dataset, const NamedValues& types) {
    const Value iterator = One("AnonymousIteratorV3", {}, types);
    EXPECT_TRUE(StatusOf("MakeIterator", {dataset, iterator}).ok());
    return iterator;
  }
  Value Iterate(const Value& dataset) { return Iterate(dataset, kInt64); }
  // The first `most` elements of one component, flat; where they are no scalars, each ends with a -1.
  std::vector<int64_t> All(const Value& dataset, size_t most = 1000, absl::Status* end = nullptr) {
    const Value iterator = Iterate(dataset);
    std::vector<int64_t> all;
    for (size_t i = 0; i < most; ++i) {
      const absl::StatusOr<Values> next = Run("IteratorGetNext", {iterator}, kInt64);
      if (!next.ok()) {
        if (end != nullptr) *end = next.status();
        EXPECT_TRUE(end != nullptr || next.status().code() == StatusCode::kOutOfRange) << next.status();
        break;
      }
      const std::vector<int64_t> values = IntsOf((*next)[0]);
      all.insert(all.end(), values.begin(), values.end());
      if (!(*next)[0].tensor->shape().is_scalar()) all.push_back(-1);
    }
    return all;
  }
  using Is = std::vector<int64_t>;
};

TEST_F(DatasetTest, Ranges) {
  EXPECT_EQ(All(Range(4)), (Is{0, 1, 2, 3}));
  EXPECT_EQ(All(One("RangeDataset", {Int(5), Int(-2), Int(-3)}, kInt64)), (Is{5, 2, -1}));
  EXPECT_EQ(All(One("RangeDataset", {Int(5), Int(5), Int(3)}, kInt64)), Is{});
  const int64_t last = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(All(One("RangeDataset", {Int(last - 3), Int(last), Int(2)}, kInt64)), (Is{last - 3, last - 1}));
  EXPECT_EQ(All(One("RangeDataset", {Int(-last - 1), Int(last), Int(last)}, kInt64)), (Is{-last - 1, -1, last - 1}));
  const Value floats = One("RangeDataset", {Int(0), Int(2), Int(1)}, {{"output_types", TypesAttr({DType::kFloat32})}});
  const Value iterator = Iterate(floats, {{"output_types", TypesAttr({DType::kFloat32})}});
  EXPECT_EQ(One("IteratorGetNext", {iterator}, {{"output_types", TypesAttr({DType::kFloat32})}}).tensor->dtype(), DType::kFloat32);
}

TEST_F(DatasetTest, ElementsAndRows) {
  const Value whole = One("TensorDataset", {Ints({7, 8})}, {{"Toutput_types", TypesAttr({DType::kInt64})}});
  EXPECT_EQ(All(whole), (Is{7, 8, -1}));
  const Value rows = One("TensorSliceDataset", {Ints({7, 8})}, {{"Toutput_types", TypesAttr({DType::kInt64})}});
  EXPECT_EQ(All(rows), (Is{7, 8}));
  const NamedValues text = {{"output_types", TypesAttr({DType::kString})}};
  const Value words = One("TensorSliceDataset", {Strings({"a", "", "ccc"})}, {{"Toutput_types", TypesAttr({DType::kString})}});
  const Value iterator = Iterate(words, text);
  for (const char* expected : {"a", "", "ccc"}) {
    EXPECT_EQ(ToHost(*One("IteratorGetNext", {iterator}, text).tensor)->string_at(0), expected);
  }
}

TEST_F(DatasetTest, Order) {
  EXPECT_EQ(All(One("TakeDataset", {Range(9), Int(3)}, kInt64)), (Is{0, 1, 2}));
  EXPECT_EQ(All(One("TakeDataset", {Range(3), Int(-1)}, kInt64)), (Is{0, 1, 2}));
  EXPECT_EQ(All(One("SkipDataset", {Range(5), Int(3)}, kInt64)), (Is{3, 4}));
  EXPECT_EQ(All(One("SkipDataset", {Range(5), Int(-1)}, kInt64)), Is{});
  EXPECT_EQ(All(One("ShardDataset", {Range(7), Int(3), Int(1)}, kInt64)), (Is{1, 4}));
  EXPECT_EQ(All(One("RepeatDataset", {Range(2), Int(2)}, kInt64)), (Is{0, 1, 0, 1}));
  EXPECT_EQ(All(One("RepeatDataset", {Range(2), Int(-1)}, kInt64), 5), (Is{0, 1, 0, 1, 0}));
  EXPECT_EQ(All(One("RepeatDataset", {Range(2), Int(0)}, kInt64)), Is{});
  EXPECT_EQ(All(One("RepeatDataset", {Range(0), Int(-1)}, kInt64)), Is{});
  EXPECT_EQ(All(One("ConcatenateDataset", {Range(2), Range(3)}, kInt64)), (Is{0, 1, 0, 1, 2}));
  EXPECT_EQ(All(One("PrefetchDataset", {Range(2), Int(-1)}, kInt64)), (Is{0, 1}));
  const Value pairs = One("ZipDataset", {Range(3), Range(2)}, {});
  const NamedValues two = {{"output_types", TypesAttr({DType::kInt64, DType::kInt64})}};
  const Value iterator = Iterate(pairs, two);
  EXPECT_EQ(Run("IteratorGetNext", {iterator}, two)->size(), 2u);
  EXPECT_TRUE(Run("IteratorGetNext", {iterator}, two).ok());
  EXPECT_EQ(StatusOf("IteratorGetNext", {iterator}, two).code(), StatusCode::kOutOfRange);
  EXPECT_EQ(StatusOf("IteratorGetNext", {iterator}, two).code(), StatusCode::kOutOfRange);
}

TEST_F(DatasetTest, Functions) {
  for (const char* function : {kTwice, kPlus, kIsLess, kSlices, kTwo}) Register(function);
  EXPECT_EQ(All(Map(Range(3), "twice")), (Is{0, 2, 4}));
  EXPECT_EQ(All(Map(Range(3), "plus", {Int(10)})), (Is{10, 11, 12}));
  EXPECT_EQ(All(One("ParallelMapDatasetV2", {Range(2), Int(10), Int(4)},
                    {{"output_types", TypesAttr({DType::kInt64})}, {"f", FuncAttr("plus")}})),
            (Is{10, 11}));
  const NamedValues less = {{"output_types", TypesAttr({DType::kInt64})}, {"predicate", FuncAttr("is_less")}};
  EXPECT_EQ(All(One("FilterDataset", {One("RangeDataset", {Int(9), Int(0), Int(-2)}, kInt64), Int(6)}, less)), (Is{5, 3, 1}));
  EXPECT_EQ(All(One("TakeWhileDataset", {Range(9), Int(2)}, less)), (Is{0, 1}));
  const NamedValues flat = {{"output_types", TypesAttr({DType::kInt64})}, {"f", FuncAttr("slices")}};
  EXPECT_EQ(All(One("FlatMapDataset", {Batch(Range(5), 2)}, flat)), (Is{0, 1, 2, 3, 4}));
  EXPECT_EQ(All(One("InterleaveDataset", {Batch(Range(8), 3), Int(2), Int(1)}, flat)), (Is{0, 3, 1, 4, 2, 5, 6, 7}));
  EXPECT_EQ(All(One("UnbatchDataset", {Batch(Range(5), 2)}, kInt64)), (Is{0, 1, 2, 3, 4}));
  EXPECT_EQ(IntsOf(One("ReduceDataset", {Range(5), Int(100)},
                       {{"f", FuncAttr("plus")}, {"Tstate", TypesAttr({DType::kInt64})}})),
            (Is{110}));

  absl::Status end;
  All(Map(Range(3), "two"), 10, &end);
  EXPECT_EQ(end.code(), StatusCode::kInvalidArgument) << end;
  EXPECT_TRUE(absl::StrContains(end.message(), "MapDataset: an element has 1 components, got 2")) << end;
  All(One("FlatMapDataset", {Range(3)}, {{"output_types", TypesAttr({DType::kInt64})}, {"f", FuncAttr("twice")}}), 10, &end);
  EXPECT_EQ(end.code(), StatusCode::kInvalidArgument) << end;
  All(Map(Range(3), "nowhere"), 10, &end);
  EXPECT_EQ(end.code(), StatusCode::kNotFound) << end;
  All(Map(Range(3), "plus"), 10, &end);
  EXPECT_EQ(end.code(), StatusCode::kInvalidArgument) << end;
}

TEST_F(DatasetTest, Batches) {
  EXPECT_EQ(All(Batch(Range(5), 2)), (Is{0, 1, -1, 2, 3, -1, 4, -1}));
  EXPECT_EQ(All(Batch(Range(5), 2, true)), (Is{0, 1, -1, 2, 3, -1}));
  EXPECT_EQ(All(Batch(Range(2), int64_t{1} << 60)), (Is{0, 1, -1}));
  EXPECT_EQ(All(Batch(Range(0), 3)), Is{});
  const Value ragged = One("ConcatenateDataset", {Batch(Range(3), 3), Batch(Range(1), 1)}, kInt64);
  absl::Status end;
  All(Batch(ragged, 2), 10, &end);
  EXPECT_EQ(end.code(), StatusCode::kInvalidArgument) << end;
  EXPECT_TRUE(absl::StrContains(end.message(), "First element had shape [3] and element 1 had shape [1]")) << end;
  const auto padded = [&](int64_t to) {
    return One("PaddedBatchDatasetV2", {ragged, Int(2), Ints({to}), Int(9), Bool(false)}, {{"Toutput_types", TypesAttr({DType::kInt64})}});
  };
  EXPECT_EQ(All(padded(-1)), (Is{0, 1, 2, 0, 9, 9, -1}));
  EXPECT_EQ(All(padded(4)), (Is{0, 1, 2, 9, 0, 9, 9, 9, -1}));
  All(padded(2), 10, &end);
  EXPECT_EQ(end.code(), StatusCode::kDataLoss) << end;
  All(padded(int64_t{1} << 60), 10, &end);
  EXPECT_FALSE(end.ok() || end.code() == StatusCode::kOutOfRange) << end;

  const Value windows = One("WindowDataset", {Range(7), Int(3), Int(2), Int(2), Bool(true)}, {});
  const NamedValues variant = {{"output_types", TypesAttr({DType::kVariant})}};
  const Value iterator = Iterate(windows, variant);
  EXPECT_EQ(All(One("IteratorGetNext", {iterator}, variant)), (Is{0, 2, 4}));
  EXPECT_EQ(All(One("IteratorGetNext", {iterator}, variant)), (Is{2, 4, 6}));
  EXPECT_EQ(StatusOf("IteratorGetNext", {iterator}, variant).code(), StatusCode::kOutOfRange);
}

// What TensorFlow 2.21 gives for passes over Dataset.range(10).shuffle(4, seed=7), without a global seed.
TEST_F(DatasetTest, ShufflesLikeTensorFlow) {
  const Is pass1 = {0, 4, 2, 3, 5, 6, 1, 8, 7, 9}, pass2 = {1, 3, 0, 4, 6, 5, 7, 8, 9, 2};
  const auto shuffle = [&](bool reshuffles) {
    return One("ShuffleDatasetV3", {Range(10), Int(4), Int(87654321), Int(7), One("DummySeedGenerator", {})},
               {{"output_types", TypesAttr({DType::kInt64})}, {"reshuffle_each_iteration", BoolAttr(reshuffles)}});
  };
  const Value shuffled = shuffle(true), fixed = shuffle(false);
  EXPECT_EQ(All(shuffled), pass1);
  EXPECT_EQ(All(shuffled), pass2);
  EXPECT_EQ(All(fixed), All(fixed));

  const Value repeated = One("RepeatDataset", {shuffle(true), Int(2)}, kInt64);
  Is both = pass1;
  both.insert(both.end(), pass2.begin(), pass2.end());
  EXPECT_EQ(All(repeated), both);
  EXPECT_EQ(All(repeated), (Is{3, 2, 4, 6, 1, 8, 5, 7, 0, 9, 0, 3, 1, 6, 5, 4, 9, 8, 7, 2}));

  const Value batches = One("RepeatDataset", {Batch(shuffle(true), 5), Int(2)}, kInt64);  // begins a pass that nobody asks for
  EXPECT_EQ(All(batches, 3), (Is{0, 4, 2, 3, 5, -1, 6, 1, 8, 7, 9, -1, 1, 3, 0, 4, 6, -1}));
  const Value whole = One("RepeatDataset", {Batch(shuffle(true), 10), Int(2)}, kInt64);
  EXPECT_EQ(All(whole), (Is{0, 4, 2, 3, 5, 6, 1, 8, 7, 9, -1, 1, 3, 0, 4, 6, 5, 7, 8, 9, 2, -1}));
  EXPECT_EQ(All(whole), (Is{0, 3, 1, 6, 5, 4, 9, 8, 7, 2, -1, 2, 4, 0, 6, 7, 8, 9, 5, 3, 1, -1}));

  for (int64_t buffer : {int64_t{1} << 60, int64_t{-2}}) {
    Is all = All(One("ShuffleDataset", {Range(50), Int(buffer), Int(0), Int(0)}, kInt64));
    EXPECT_NE(all, All(Range(50)));
    std::sort(all.begin(), all.end());
    EXPECT_EQ(all, All(Range(50)));
  }
}

// Random ops of a dataset's functions begin anew with each iterator, and go on within one.
TEST_F(DatasetTest, RandomFunctions) {
  Register(kRandom);
  std::vector<int64_t> many(50);
  for (int i = 0; i < 50; ++i) many[static_cast<size_t>(i)] = i;
  const Value whole = One("TensorDataset", {Ints(many)}, {{"Toutput_types", TypesAttr({DType::kInt64})}});
  const Value random = Map(One("RepeatDataset", {whole, Int(2)}, kInt64), "random");
  const Is first = All(random);
  EXPECT_EQ(first.size(), 102u);
  EXPECT_NE(Is(first.begin(), first.begin() + 51), Is(first.begin() + 51, first.end()));
  EXPECT_EQ(All(random), first);
}

TEST_F(DatasetTest, Choices) {
  const NamedValues slices = {{"Toutput_types", TypesAttr({DType::kInt64})}};
  const Value some = One("TensorSliceDataset", {Ints({3, 1, 3, 3, 2, 1})}, slices);
  EXPECT_EQ(All(One("UniqueDataset", {some}, kInt64)), (Is{3, 1, 2}));
  const Value selector = One("TensorSliceDataset", {Ints({1, 0, 1, 1, 0, 0, 1})}, slices);
  EXPECT_EQ(All(One("DirectedInterleaveDataset", {selector, some, Range(2)}, kInt64)), (Is{0, 3, 1, 1, 3}));
  absl::Status end;
  All(One("DirectedInterleaveDataset", {some, some}, kInt64), 10, &end);
  EXPECT_EQ(end.code(), StatusCode::kInvalidArgument) << end;
  const Is numbers = All(One("RandomDataset", {Int(1), Int(2)}, kInt64), 5);
  EXPECT_EQ(numbers.size(), 5u);
  EXPECT_EQ(All(One("RandomDataset", {Int(1), Int(2)}, kInt64), 5), numbers);

  Register(kTwice);
  Register(R"pb(
    signature { name: "parity" input_arg { name: "x" type: 9 } output_arg { name: "y" type: 9 } }
    node_def { name: "two" op: "Const" attr { key: "value" value { tensor { dtype: 9 tensor_shape {} int64_val: 2 } } } }
    node_def { name: "mod" op: "FloorMod" input: "x" input: "two:output:0" }
    ret { key: "y" value: "mod:z:0" })pb");
  Register(R"pb(
    signature { name: "second" input_arg { name: "k" type: 9 } input_arg { name: "x" type: 21 } output_arg { name: "y" type: 21 } }
    ret { key: "y" value: "x" })pb");
  Register(R"pb(
    signature { name: "three" input_arg { name: "x" type: 9 } output_arg { name: "y" type: 9 } }
    node_def { name: "c" op: "Const" attr { key: "value" value { tensor { dtype: 9 tensor_shape {} int64_val: 3 } } } }
    ret { key: "y" value: "c:output:0" })pb");
  NamedValues group = {{"output_types", TypesAttr({DType::kInt64})}, {"key_func", FuncAttr("parity")}, {"reduce_func", FuncAttr("second")},
                       {"window_size_func", FuncAttr("three")}, {"Tkey_func_other_arguments", TypesAttr({})},
                       {"Treduce_func_other_arguments", TypesAttr({})}, {"Twindow_size_func_other_arguments", TypesAttr({})}};
  EXPECT_EQ(All(One("GroupByWindowDataset", {Range(8)}, group)), (Is{0, 2, 4, 1, 3, 5, 6, 7}));
  group[2].second = FuncAttr("twice");
  All(One("GroupByWindowDataset", {Range(8)}, group), 10, &end);
  EXPECT_EQ(end.code(), StatusCode::kInvalidArgument) << end;
}

TEST_F(DatasetTest, Caches) {
  Register(kRandom);
  const Value whole = One("TensorDataset", {Ints({1, 2, 3, 4, 5, 6, 7, 8, 9})}, {{"Toutput_types", TypesAttr({DType::kInt64})}});
  const Value cached = One("CacheDatasetV2", {Map(whole, "random"), Put(HostTensor::Strings(Shape(), {""})), One("DummyMemoryCache", {})}, kInt64);
  EXPECT_EQ(All(cached), All(cached));
  EXPECT_EQ(StatusOf("CacheDataset", {whole, Put(HostTensor::Strings(Shape(), {"/tmp/x"}))}, kInt64).code(), StatusCode::kPermissionDenied);
}

TEST_F(DatasetTest, Cardinalities) {
  const auto n = [&](const Value& dataset) { return IntsOf(One("DatasetCardinality", {dataset}))[0]; };
  EXPECT_EQ(n(Range(5)), 5);
  EXPECT_EQ(n(Batch(Range(5), 2)), 3);
  EXPECT_EQ(n(Batch(Range(5), 2, true)), 2);
  EXPECT_EQ(n(One("RepeatDataset", {Range(5), Int(-1)}, kInt64)), -1);
  EXPECT_EQ(n(One("ZipDataset", {Range(5), One("RepeatDataset", {Range(5), Int(-1)}, kInt64)}, {})), 5);
  EXPECT_EQ(n(One("RepeatDataset", {Range(int64_t{1} << 40), Int(int64_t{1} << 40)}, kInt64)), -2);
  Register(kIsLess);
  EXPECT_EQ(n(One("FilterDataset", {Range(9), Int(6)}, {{"output_types", TypesAttr({DType::kInt64})}, {"predicate", FuncAttr("is_less")}})), -2);
  EXPECT_EQ(IntsOf(One("DatasetToSingleElement", {Range(1)}, kInt64)), Is{0});
  EXPECT_EQ(StatusOf("DatasetToSingleElement", {Range(2)}, kInt64).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(StatusOf("DatasetToSingleElement", {Range(0)}, kInt64).code(), StatusCode::kInvalidArgument);
  absl::Status end;
  All(One("AssertCardinalityDataset", {Range(3), Int(4)}, kInt64), 10, &end);
  EXPECT_EQ(end.code(), StatusCode::kFailedPrecondition) << end;
}

TEST_F(DatasetTest, Optionals) {
  const NamedValues components = {{"Toutput_types", TypesAttr({DType::kInt64})}};
  const Value one = One("OptionalFromValue", {Int(3)}, components), none = One("OptionalNone", {});
  const auto has = [&](const Value& optional) { return ToHost(*One("OptionalHasValue", {optional}).tensor)->values<bool>()[0]; };
  EXPECT_TRUE(has(one));
  EXPECT_FALSE(has(none));
  EXPECT_EQ(IntsOf(One("OptionalGetValue", {one}, kInt64)), Is{3});
  EXPECT_EQ(StatusOf("OptionalGetValue", {none}, kInt64).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(StatusOf("OptionalGetValue", {one}, {{"output_types", TypesAttr({DType::kFloat32})}}).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(StatusOf("OptionalGetValue", {Range(3)}, kInt64).code(), StatusCode::kInvalidArgument);
  const Value iterator = Iterate(Range(1));
  EXPECT_TRUE(has(One("IteratorGetNextAsOptional", {iterator}, kInt64)));
  EXPECT_FALSE(has(One("IteratorGetNextAsOptional", {iterator}, kInt64)));
}

TEST_F(DatasetTest, WrongInputs) {
  const auto invalid = [&](const std::string& op, Values inputs, const NamedValues& attrs) {
    const absl::Status status = StatusOf(op, std::move(inputs), attrs);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << op << ": " << status;
    EXPECT_TRUE(absl::StartsWith(status.message(), op + ": ")) << status;
  };
  const Value range = Range(3);
  invalid("RangeDataset", {Int(0), Int(3), Int(0)}, kInt64);
  invalid("RangeDataset", {Int(0), Int(3)}, kInt64);
  invalid("RangeDataset", {Int(0), Int(3), Int(1)}, {});
  invalid("RangeDataset", {Int(0), Int(3), Int(1)}, {{"output_types", TypesAttr({DType::kString})}});
  invalid("TensorDataset", {Int(1)}, {{"Toutput_types", TypesAttr({DType::kFloat32})}});
  invalid("TensorDataset", {Int(1), Int(1)}, {{"Toutput_types", TypesAttr({DType::kInt64})}});
  invalid("TensorDataset", {}, {{"Toutput_types", TypesAttr({})}});
  invalid("TensorSliceDataset", {Int(1)}, {{"Toutput_types", TypesAttr({DType::kInt64})}});
  invalid("TensorSliceDataset", {Ints({1}), Ints({1, 2})}, {{"Toutput_types", TypesAttr({DType::kInt64, DType::kInt64})}});
  invalid("TensorSliceDataset", {range}, {{"Toutput_types", TypesAttr({DType::kVariant})}});
  for (const char* op : {"MapDataset", "FlatMapDataset", "ParallelMapDatasetV2", "InterleaveDataset", "ScanDataset", "ReduceDataset", "FilterDataset",
                         "BatchDatasetV2", "ParallelBatchDataset", "PaddedBatchDatasetV2", "WindowDataset", "UnbatchDataset", "TakeDataset",
                         "SkipDataset", "ShardDataset", "RepeatDataset", "ZipDataset", "ConcatenateDataset", "PrefetchDataset", "OptionsDataset",
                         "ShuffleDataset", "ShuffleDatasetV2", "ShuffleDatasetV3", "CacheDataset", "DatasetCardinality", "MakeIterator",
                         "IteratorGetNext", "IteratorGetNextAsOptional", "OptionalHasValue", "DeleteIterator", "DatasetToSingleElement",
                         "AssertCardinalityDataset", "ShuffleAndRepeatDatasetV2", "AnonymousSeedGenerator", "DeleteMemoryCache", "UniqueDataset",
                         "DirectedInterleaveDataset", "GroupByWindowDataset", "RandomDataset"}) {
    invalid(op, {}, kInt64);
    if (absl::string_view(op) != "AnonymousSeedGenerator") invalid(op, {Int(1)}, kInt64);
  }
  invalid("MapDataset", {range}, kInt64);                                                          // no function
  invalid("ParallelMapDatasetV2", {range}, {{"output_types", TypesAttr({DType::kInt64})}, {"f", FuncAttr("f")}});  // no number
  for (int64_t size : {int64_t{0}, int64_t{-1}, -(int64_t{1} << 60)}) {
    invalid("BatchDatasetV2", {range, Int(size), Bool(false)}, kInt64);
    invalid("WindowDataset", {range, Int(size), Int(1), Int(1), Bool(false)}, kInt64);
  }
  invalid("BatchDatasetV2", {range, Int(1), Int(0)}, kInt64);
  invalid("BatchDatasetV2", {range, Ints({1, 2}), Bool(false)}, kInt64);
  invalid("WindowDataset", {range, Int(int64_t{1} << 60), Int(1), Int(1 << 10), Bool(false)}, kInt64);
  invalid("PaddedBatchDatasetV2", {range, Int(1), Ints({}), Put(HostTensor::Scalar(1.0f)), Bool(false)}, kInt64);
  invalid("ShuffleDataset", {range, Int(0), Int(1), Int(1)}, kInt64);
  invalid("ShuffleDataset", {range, Int(-5), Int(1), Int(1)}, kInt64);
  invalid("ShardDataset", {range, Int(0), Int(0)}, kInt64);
  invalid("ShardDataset", {range, Int(2), Int(2)}, kInt64);
  invalid("InterleaveDataset", {range, Int(0), Int(1)}, {{"output_types", TypesAttr({DType::kInt64})}, {"f", FuncAttr("f")}});
  EXPECT_EQ(StatusOf("InterleaveDataset", {range, Int(int64_t{1} << 60), Int(1)},
                     {{"output_types", TypesAttr({DType::kInt64})}, {"f", FuncAttr("f")}}).code(),
            StatusCode::kResourceExhausted);
  const NamedValues floats = {{"output_types", TypesAttr({DType::kFloat32})}};
  invalid("MakeIterator", {range, One("AnonymousIteratorV3", {}, floats)}, {});
  invalid("MakeIterator", {One("AnonymousIteratorV3", {}, floats), range}, {});
  invalid("IteratorGetNext", {Iterate(range)}, floats);
  EXPECT_EQ(StatusOf("IteratorGetNext", {One("AnonymousIteratorV3", {}, kInt64)}, kInt64).code(), StatusCode::kFailedPrecondition);
  invalid("ConcatenateDataset", {range, One("RangeDataset", {Int(0), Int(3), Int(1)}, floats)}, kInt64);
}

// Whatever a client asks for, its session's limits hold.
TEST_F(DatasetTest, Limits) {
  absl::Status end;
  const Value countless = Range(int64_t{1} << 60);
  All(Batch(countless, int64_t{1} << 60), 1, &end);
  EXPECT_EQ(end.code(), StatusCode::kResourceExhausted) << end;
  All(One("ShuffleDataset", {countless, Int(int64_t{1} << 60), Int(1), Int(1)}, kInt64), 1, &end);
  EXPECT_EQ(end.code(), StatusCode::kResourceExhausted) << end;
  const Value cached = One("CacheDataset", {countless, Put(HostTensor::Strings(Shape(), {""}))}, kInt64);
  All(One("SkipDataset", {cached, Int(int64_t{1} << 60)}, kInt64), 1, &end);
  EXPECT_EQ(end.code(), StatusCode::kResourceExhausted) << end;
  const Value window = One("WindowDataset", {countless, Int(int64_t{1} << 60), Int(1), Int(1), Bool(false)}, {});
  const NamedValues variant = {{"output_types", TypesAttr({DType::kVariant})}};
  EXPECT_EQ(StatusOf("IteratorGetNext", {Iterate(window, variant)}, variant).code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(session_.stats().handles.load(), 0);  // all is given back

  Value doubled = Range(1);  // 2^30 passes over it side by side
  for (int i = 0; i < 15; ++i) doubled = One("ZipDataset", {doubled, doubled}, {});
  const Value iterator = One("AnonymousIteratorV3", {}, {{"output_types", TypesAttr(std::vector<DType>(1 << 15, DType::kInt64))}});
  EXPECT_EQ(StatusOf("MakeIterator", {doubled, iterator}).code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(session_.stats().handles.load(), 0);
}

TEST_F(DatasetTest, DeepNesting) {
  Value deep = Range(3);
  for (int i = 0; i < 100000; ++i) deep = One("TakeDataset", {deep, Int(2)}, kInt64);
  const Value iterator = One("AnonymousIteratorV3", {}, kInt64);
  const absl::Status status = StatusOf("MakeIterator", {deep, iterator});
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted) << status;
  Value usual = Range(3);
  for (int i = 0; i < 500; ++i) usual = One("TakeDataset", {usual, Int(2)}, kInt64);
  EXPECT_EQ(All(usual), (Is{0, 1}));

  // Objects in objects in objects go without recursion too.
  Value nested = One("OptionalNone", {});
  for (int i = 0; i < 200000; ++i) nested = One("OptionalFromValue", {nested}, {{"Toutput_types", TypesAttr({DType::kVariant})}});
  Value list = One("EmptyTensorList", {Ints({}), Put(HostTensor::Scalar<int32_t>(-1))}, {{"element_dtype", TypeAttr(DType::kVariant)}});
  const Value empty = list;
  for (int i = 0; i < 200000; ++i) list = One("TensorListPushBack", {empty, list});
}

// An iterator over a dataset whose function has the iterator.
TEST_F(DatasetTest, IteratorThatHoldsItself) {
  Register(R"pb(
    signature { name: "ask" input_arg { name: "x" type: 9 } input_arg { name: "it" type: 20 } output_arg { name: "y" type: 9 } }
    node_def {
      name: "next" op: "IteratorGetNext" input: "it"
      attr { key: "output_types" value { list { type: 9 } } }
    }
    ret { key: "y" value: "next:components:0" })pb");
  const Value iterator = One("AnonymousIteratorV3", {}, kInt64);
  const Value asks = Map(Range(3), "ask", {iterator});
  ASSERT_TRUE(StatusOf("MakeIterator", {asks, iterator}).ok());
  const absl::Status status = StatusOf("IteratorGetNext", {iterator}, kInt64);
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition) << status;
}

// However long it looks for an element.
TEST_F(DatasetTest, AClosedSessionStops) {
  Register(kIsLess);
  const Value none = One("FilterDataset", {Range(int64_t{1} << 60), Int(0)},
                         {{"output_types", TypesAttr({DType::kInt64})}, {"predicate", FuncAttr("is_less")}});
  const Value iterator = Iterate(none);
  std::thread killer([this] {
    while (session_.stats().ops < 1000) std::this_thread::yield();
    session_.Close(absl::AbortedError("killed"));
  });
  EXPECT_EQ(StatusOf("IteratorGetNext", {iterator}, kInt64).code(), StatusCode::kAborted);
  killer.join();
  EXPECT_EQ(StatusOf("MakeIterator", {none, iterator}).code(), StatusCode::kAborted);
}

// A bound of what one item may do holds for passes that call no function.
TEST_F(DatasetTest, BoundsOfAnItem) {
  Bounds bounds;
  bounds.most_calls = 1000;
  runner_ = std::make_unique<Runner>(session_, rendezvous_, peers_, [](absl::FunctionRef<void()> wait) { wait(); }, bounds);
  const int64_t countless = int64_t{1} << 60;
  const Value iterator = Iterate(One("SkipDataset", {Range(countless), Int(countless)}, kInt64));
  EXPECT_EQ(StatusOf("IteratorGetNext", {iterator}, kInt64).code(), StatusCode::kResourceExhausted);
}

TEST_F(DatasetTest, FilesAreRefused) {
  for (const char* op : {"SaveV2", "RestoreV2", "MergeV2Checkpoints", "SummaryWriter", "CreateSummaryFileWriter", "ReadFile", "TFRecordDatasetV2"}) {
    const absl::Status status = StatusOf(op, {});
    EXPECT_EQ(status.code(), StatusCode::kPermissionDenied) << status;
    EXPECT_TRUE(absl::StartsWith(status.message(), absl::StrCat(op, ": "))) << status;
  }
}

}  // namespace
}  // namespace eager::server::tf
