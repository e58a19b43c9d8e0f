// Datasets against a server in the test: elements, orders, cardinalities, and what a batch costs.

#include "client/data/dataset.h"

#include <eager/eager.h>
#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <thread>

#include "tests/support/in_process.h"

namespace eager::data {
namespace {

using Ints = std::vector<int64_t>;

class DatasetTest : public ::testing::Test {
 protected:
  std::unique_ptr<testing::InProcessServer> server_ = *testing::InProcessServer::Make();
};

// All elements of a dataset of int64 tensors, each flat.
std::vector<Ints> All(const Dataset<Tensor>& dataset) {
  std::vector<Ints> all;
  for (const Tensor& t : dataset) all.push_back(t.read<int64_t>());
  return all;
}

Ints Flat(const Dataset<Tensor>& dataset) {
  Ints flat;
  for (const Ints& element : All(dataset)) flat.insert(flat.end(), element.begin(), element.end());
  return flat;
}

TEST_F(DatasetTest, RangesCountAsPythons) {
  EXPECT_EQ(Flat(range(4)), (Ints{0, 1, 2, 3}));
  EXPECT_EQ(Flat(range(2, 9, 3)), (Ints{2, 5, 8}));
  EXPECT_EQ(Flat(range(3, 0, -1)), (Ints{3, 2, 1}));
  EXPECT_EQ(Flat(range(3, 3)), Ints{});
  EXPECT_EQ(range(2, 9, 3).cardinality(), 3);
  EXPECT_THROW(range(0, 3, 0), Error);
  constexpr int64_t low = std::numeric_limits<int64_t>::min(), high = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(Flat(range(low, high, high)), (Ints{low, -1, high - 1}));
  EXPECT_EQ(range(high).repeat(3).cardinality(), high);
}

TEST_F(DatasetTest, PairsOfSlicesBindToNames) {
  const NDArray images({{1.0f, 2.0f}, {3.0f, 4.0f}, {5.0f, 6.0f}});
  const std::vector<int64_t> labels = {7, 8, 9};
  std::vector<std::string> seen;
  for (auto [image, label] : from_tensor_slices(images, labels).batch(2)) seen.push_back(image.str() + label.str());
  EXPECT_EQ(
      seen,
      (std::vector<std::string>{
          "tf.Tensor(\n[[1. 2.]\n [3. 4.]], shape=(2, 2), dtype=float32)tf.Tensor([7 8], shape=(2,), dtype=int64)",
          "tf.Tensor([[5. 6.]], shape=(1, 2), dtype=float32)tf.Tensor([9], shape=(1,), dtype=int64)"}));
  const std::vector<ElementSpec> spec = from_tensor_slices(std::pair(images, labels)).batch(2).element_spec();
  ASSERT_EQ(spec.size(), 2u);
  EXPECT_EQ(spec[0].ToString(), "TensorSpec(shape=(None, 2), dtype=tf.float32, name=None)");
  EXPECT_EQ(spec[1].ToString(), "TensorSpec(shape=(None,), dtype=tf.int64, name=None)");
  EXPECT_EQ(range(4).batch(2, /*drop_remainder=*/true).element_spec()[0].ToString(),
            "TensorSpec(shape=(2,), dtype=tf.int64, name=None)");
}

TEST_F(DatasetTest, ComponentsMustFitTogether) {
  EXPECT_THROW(from_tensor_slices(NDArray({1, 2, 3}), NDArray({1, 2})), Error);
  EXPECT_THROW(from_tensor_slices(NDArray(1.0f)), Error);
  EXPECT_THROW(range(3).batch(0), Error);
  EXPECT_THROW(range(3).shuffle(0), Error);
  EXPECT_THROW(range(3).concatenate(from_tensor_slices(NDArray({1.0f}))), Error);
}

TEST_F(DatasetTest, VectorsAndTuplesOfTensorsAreElements) {
  const Tensor a = constant({1, 2}), b = constant({3, 4}), c = constant({5, 6});
  int n = 0;
  for (const std::vector<Tensor>& element : from_tensor_slices(std::vector<Tensor>{a, b, c})) {
    EXPECT_EQ(element.size(), 3u);
    EXPECT_EQ(static_cast<int>(element[2]), 5 + n++);
  }
  EXPECT_EQ(n, 2);
  for (auto [x, y, z] : from_tensor_slices(std::tuple(a, b, c)).take(1)) EXPECT_EQ(static_cast<int>(x + y + z), 9);
}

TEST_F(DatasetTest, BatchesOfAllKindsOfItems) {
  EXPECT_EQ(All(range(5).batch(2)), (std::vector<Ints>{{0, 1}, {2, 3}, {4}}));
  EXPECT_EQ(All(range(5).batch(2, /*drop_remainder=*/true)), (std::vector<Ints>{{0, 1}, {2, 3}}));
  EXPECT_EQ(All(range(4).batch(2).batch(2)), (std::vector<Ints>{{0, 1, 2, 3}}));
  // Rows of two tables, and tensors of a function, in one batch.
  const auto mixed =
      range(2).concatenate(range(10, 12)).concatenate(range(20, 21).map([](const Tensor& x) { return x + 1; }));
  EXPECT_EQ(All(mixed.batch(5)), (std::vector<Ints>{{0, 1, 10, 11, 21}}));
  EXPECT_EQ(range(5).batch(2).cardinality(), 3);
  EXPECT_EQ(range(5).batch(2, true).cardinality(), 2);
}

TEST_F(DatasetTest, ElementsOfOtherShapesAreNotBatched) {
  const auto dataset = from_generator([] {
    return
        [n = 0]() mutable -> std::optional<Tensor> { return n < 2 ? std::optional(zeros(Shape{++n})) : std::nullopt; };
  });
  try {
    for (const Tensor& batch : dataset.batch(2)) ADD_FAILURE() << batch;
    ADD_FAILURE() << "tensors of other shapes were batched";
  } catch (const Error& e) {
    EXPECT_EQ(e.status().message(),
              "Cannot batch tensors with different shapes in component 0. First element had shape "
              "[1] and element 1 had shape [2].");
  }
}

TEST_F(DatasetTest, MapAndFilterCallFunctionsInOrder) {
  int calls = 0;
  const auto mapped = range(6).map([&calls](const Tensor& x) {
    ++calls;
    return std::pair(x, x * x);
  });
  EXPECT_EQ(calls, 0);
  Ints squares;
  for (auto [x, square] : mapped.filter([](const Tensor& x, const Tensor&) { return x % 2 == 0; })) {
    squares.push_back(static_cast<int64_t>(square));
  }
  EXPECT_EQ(squares, (Ints{0, 4, 16}));
  EXPECT_EQ(calls, 6);
  EXPECT_EQ(Flat(range(9).filter([](const Tensor& x) { return static_cast<int>(x) > 6; })), (Ints{7, 8}));
  EXPECT_EQ(range(9).filter([](const Tensor&) { return true; }).cardinality(), kUnknownCardinality);
  EXPECT_EQ(mapped.element_spec()[1].ToString(), "TensorSpec(shape=(), dtype=tf.int64, name=None)");
}

TEST_F(DatasetTest, TakeSkipRepeatConcatenate) {
  EXPECT_EQ(Flat(range(5).take(2)), (Ints{0, 1}));
  EXPECT_EQ(Flat(range(3).take(-1)), (Ints{0, 1, 2}));
  EXPECT_EQ(Flat(range(5).skip(3)), (Ints{3, 4}));
  EXPECT_EQ(Flat(range(5).skip(9)), Ints{});
  EXPECT_EQ(Flat(range(5).skip(-1)), Ints{});
  EXPECT_EQ(Flat(range(2).repeat(3)), (Ints{0, 1, 0, 1, 0, 1}));
  EXPECT_EQ(Flat(range(2).repeat().take(5)), (Ints{0, 1, 0, 1, 0}));
  EXPECT_EQ(Flat(range(0).repeat()), Ints{});
  EXPECT_EQ(Flat(range(2).repeat(0)), Ints{});
  EXPECT_EQ(Flat(range(2).concatenate(range(5, 7))), (Ints{0, 1, 5, 6}));
  EXPECT_EQ(range(2).repeat().cardinality(), kInfiniteCardinality);
  EXPECT_EQ(range(2).repeat().take(7).cardinality(), 7);
  EXPECT_EQ(range(2).repeat(3).skip(1).cardinality(), 5);
}

TEST_F(DatasetTest, ZipAndEnumerateNest) {
  Ints sums;
  for (auto [i, pair] : zip(range(3), range(10, 20)).enumerate(100)) {
    sums.push_back(static_cast<int64_t>(i) + static_cast<int64_t>(pair.first) + static_cast<int64_t>(pair.second));
  }
  EXPECT_EQ(sums, (Ints{110, 113, 116}));
  EXPECT_EQ(zip(range(3), range(10).repeat()).cardinality(), 3);
  for (auto [a, b, c] : zip(range(1), range(1), range(7, 8)).batch(1)) EXPECT_EQ(c.read<int64_t>(), Ints{7});
}

// What TensorFlow 2.21 gives for the same calls.
TEST_F(DatasetTest, ShuffledOrdersAreTensorFlows) {
  const auto dataset = range(10).shuffle(4, 3);
  EXPECT_EQ(Flat(dataset), (Ints{0, 3, 2, 1, 4, 7, 6, 5, 8, 9}));
  EXPECT_EQ(Flat(dataset), (Ints{0, 4, 1, 2, 5, 3, 6, 8, 9, 7}));
  const auto same = range(10).shuffle(10, 5, /*reshuffle_each_iteration=*/false);
  EXPECT_EQ(Flat(same), (Ints{1, 3, 2, 7, 6, 9, 0, 5, 8, 4}));
  EXPECT_EQ(Flat(same), (Ints{1, 3, 2, 7, 6, 9, 0, 5, 8, 4}));
  EXPECT_EQ(Flat(range(6).shuffle(3, 3).repeat(2)), (Ints{0, 1, 2, 3, 4, 5, 0, 3, 4, 5, 1, 2}));
  const auto twice = range(8).shuffle(3, 1).shuffle(4, 2);
  EXPECT_EQ(Flat(twice), (Ints{1, 0, 2, 7, 5, 3, 4, 6}));
  EXPECT_EQ(Flat(twice), (Ints{3, 4, 5, 1, 6, 2, 0, 7}));
  random::set_seed(42);
  EXPECT_EQ(Flat(range(8).shuffle(100)), (Ints{3, 4, 1, 0, 6, 5, 2, 7}));
}

TEST_F(DatasetTest, ShufflingKeepsEveryElementAndIsBoundedByItsBuffer) {
  const Ints shuffled = Flat(range(1000).shuffle(50));
  Ints sorted = shuffled, expected(1000);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_NE(shuffled, expected);
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(sorted, expected);
  for (size_t i = 0; i < shuffled.size(); ++i) EXPECT_LT(shuffled[i], static_cast<int64_t>(i) + 50);
}

TEST_F(DatasetTest, CacheAsksItsInputOnce) {
  int calls = 0;
  const auto dataset = range(3).map([&calls](const Tensor& x) { return x + ++calls; }).cache();
  EXPECT_EQ(Flat(dataset.take(2)), (Ints{1, 3}));  // not complete, so not kept
  calls = 0;
  EXPECT_EQ(Flat(dataset), (Ints{1, 3, 5}));
  EXPECT_EQ(Flat(dataset), (Ints{1, 3, 5}));
  EXPECT_EQ(calls, 3);
}

TEST_F(DatasetTest, PrefetchWorksAheadInAThreadOfItsOwn) {
  const auto loop = std::this_thread::get_id();
  std::atomic<int> elsewhere = 0;
  const auto dataset = range(20).map([&](const Tensor& x) {
    elsewhere += std::this_thread::get_id() != loop;
    return x * 2;
  }).prefetch(3);
  Ints expected(20);
  for (size_t i = 0; i < expected.size(); ++i) expected[i] = static_cast<int64_t>(2 * i);
  EXPECT_EQ(Flat(dataset), expected);
  EXPECT_EQ(elsewhere, 20);
  for (const Tensor& x : dataset) {
    EXPECT_EQ(static_cast<int>(x), 0);
    break;  // leaves a pass whose buffer is full
  }
  EXPECT_EQ(Flat(range(4).prefetch()), (Ints{0, 1, 2, 3}));
}

TEST_F(DatasetTest, ErrorsOfFunctionsReachTheLoop) {
  const auto failing = range(5).map([](const Tensor& x) {
    if (static_cast<int>(x) == 2) throw std::runtime_error("bad element");
    return x;
  });
  for (const auto& dataset : {failing, failing.prefetch(2)}) {
    Ints before;
    try {
      for (const Tensor& x : dataset) before.push_back(static_cast<int64_t>(x));
      ADD_FAILURE() << "the error was lost";
    } catch (const std::runtime_error& e) {
      EXPECT_STREQ(e.what(), "bad element");
    }
    EXPECT_EQ(before, (Ints{0, 1}));
  }
}

TEST_F(DatasetTest, SeveralThreadsPassAtOnce) {
  const auto dataset = from_tensor_slices(NDArray({1, 2, 3, 4, 5, 6})).shuffle(6).batch(4).cache();
  std::vector<std::thread> threads;
  std::atomic<int> sum = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (const Tensor& batch : dataset) sum += static_cast<int>(reduce_sum(batch));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sum, 4 * 21);
}

TEST_F(DatasetTest, LargeDataStaysOnTheHost) {
  const int64_t before = server_->memory().bytes_in_use;
  NDArray data(Shape{1000, 100}, float32);
  data.mutable_at<float>(999, 99) = 7;
  const auto dataset = from_tensor_slices(data, {.max_device_bytes = 1000});
  Context::Default().Sync();
  EXPECT_EQ(server_->memory().bytes_in_use, before);
  float last = 0;
  for (const Tensor& batch : dataset.batch(300)) last = batch.numpy().values<float>().back();
  EXPECT_EQ(last, 7);
}

TEST_F(DatasetTest, HostStringsAreSliced) {
  std::vector<std::string> seen;
  const auto texts = from_tensor_slices(std::vector<std::string>{"a", "bc", "", "d"});
  for (const Tensor& t : texts.batch(3)) {
    for (const std::string& s : t.read<std::string>()) seen.push_back(s);
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"a", "bc", "", "d"}));
}

}  // namespace
}  // namespace eager::data
