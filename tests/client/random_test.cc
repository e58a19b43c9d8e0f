// What random.h promises beyond the golden file: TensorFlow's bits in long sequences, seeds, order, threads.

#include "client/random.h"

#include <cmath>
#include <cstring>
#include <thread>

#include "client/eager.h"
#include "gtest/gtest.h"
#include "server/kernels/cpu/philox_batch.h"
#include "tests/support/in_process.h"

namespace eager {
namespace {

// Sum of (i + 1) times element i's bits, modulo 2^64: depends on every bit and its place.
uint64_t Checksum(const Tensor& t) {
  const HostTensor values = t.numpy();
  const size_t size = SizeOf(values.dtype());
  uint64_t sum = 0;
  for (uint64_t i = 0; i < static_cast<uint64_t>(values.num_elements()); ++i) {
    uint64_t bits = 0;
    std::memcpy(&bits, values.bytes().data() + i * size, size);
    sum += (i + 1) * bits;
  }
  return sum;
}

class RandomTest : public ::testing::Test {
 protected:
  std::unique_ptr<testing::InProcessServer> server_ = testing::InProcessServer::Make().value();
};

// From TensorFlow 2.21.0 on x86-64 Linux: set_seed(7), then FUNCTION([100003], dtype=DTYPE, seed=11).
TEST_F(RandomTest, LongSequencesAreTensorFlowsToTheBit) {
  const Operand shape({100003});
  const auto check = [&](DType dtype, uint64_t normal, uint64_t truncated, uint64_t uniform) {
    const random::Options options{.dtype = dtype, .seed = 11};
    random::set_seed(7);
    EXPECT_EQ(Checksum(random::normal(shape, 0, 1, options)), normal) << Name(dtype);
    EXPECT_EQ(Checksum(random::truncated_normal(shape, 0, 1, options)), truncated) << Name(dtype);
    EXPECT_EQ(Checksum(random::uniform(shape, options)), uniform) << Name(dtype);
  };
  check(float32, 0x93d63be017f2daa8, 0x9407314abe061e84, 0x490ec62106daae24);
  check(float16, 0x8bc89d9933ae, 0x8b9114adebb0, 0x3ed0b2fe98f2);
  check(bfloat16, 0x93d63be73aee, 0x940731320b72, 0x487e5f9ce21a);
}

TEST_F(RandomTest, LongSequencesOfIntegersAndDoublesAreTensorFlows) {
  const Operand shape({100003});
  random::set_seed(7);
  EXPECT_EQ(Checksum(random::uniform(shape, {.dtype = float64, .seed = 11})), 0x442f8ac46fd9b814u);
  EXPECT_EQ(Checksum(random::uniform(shape, -5, 1000, {.dtype = int32, .seed = 11})), 0x17c8f24f855ab6du);
  EXPECT_EQ(Checksum(random::uniform(shape, -5, 1000, {.dtype = int64, .seed = 11})), 0x241ad6eaf96u);
  EXPECT_EQ(Checksum(random::shuffle(range(10007), 3)), 0x3a7f717af7u);
  EXPECT_EQ(random::shuffle(reshape(range(12), {6, 2}), 3).read<int32_t>(),
            (std::vector<int32_t>{2, 3, 0, 1, 8, 9, 4, 5, 6, 7, 10, 11}));
}

// Numbers from TensorFlow 2.21.0: seeds are taken modulo 2^31 - 1, bounds are rounded to the dtype first.
TEST_F(RandomTest, OddSeedsAndBounds) {
  random::set_seed(-1);
  EXPECT_EQ(random::uniform({3}).read<float>(),
            (std::vector<float>{0.43840765953063965f, 0.9783749580383301f, 0.872668981552124f}));
  EXPECT_EQ(random::uniform({3}, 0.1, 0.7).read<float>(),
            (std::vector<float>{0.3201587200164795f, 0.515318751335144f, 0.5544218420982361f}));
  const std::vector<float> halves = cast(random::uniform({3}, 0.1, 0.7, {.dtype = float16}), float32).read<float>();
  EXPECT_EQ(halves, (std::vector<float>{0.509765625f, 0.421875f, 0.50390625f}));
  random::set_seed((int64_t{1} << 40) + 3);
  EXPECT_EQ(random::uniform({3}, {.seed = (int64_t{1} << 33) + 1}).read<float>(),
            (std::vector<float>{0.48362088203430176f, 0.014647603034973145f, 0.36119651794433594f}));
}

// Attributes that follow from inputs count: int32 and int64 are two generators, each at its start.
TEST_F(RandomTest, EachDTypeHasASequenceOfItsOwn) {
  random::set_seed(5);
  EXPECT_EQ(random::uniform({2}, 0, 100, {.dtype = int32, .seed = 9}).read<int32_t>(), (std::vector<int32_t>{42, 33}));
  EXPECT_EQ(random::uniform({2}, 0, 100, {.dtype = int64, .seed = 9}).read<int64_t>(), (std::vector<int64_t>{10, 59}));
  const Tensor wide = random::normal(constant({int64_t{2}}), 0, 1, {.seed = 9});
  EXPECT_EQ(wide.read<float>(), random::normal({2}, 0, 1, {.seed = 9}).read<float>());
}

TEST_F(RandomTest, SetSeedStartsSequencesAgain) {
  const auto three = [] {
    std::vector<std::vector<float>> all;
    for (int i = 0; i < 2; ++i) all.push_back(random::normal({4}).read<float>());
    all.push_back(random::normal({4}, 0, 1, {.seed = 5}).read<float>());
    return all;
  };
  random::set_seed(3);
  const auto first = three();
  EXPECT_NE(first[0], first[1]);
  EXPECT_NE(three(), first);
  random::set_seed(3);
  EXPECT_EQ(three(), first);
  random::set_seed(4);
  EXPECT_NE(three(), first);
}

TEST_F(RandomTest, WithoutASeedSessionsDiffer) {
  const std::vector<float> first = random::normal({4}).read<float>();
  ASSERT_TRUE(server_->Reconnect().ok());
  EXPECT_NE(random::normal({4}).read<float>(), first);
}

TEST_F(RandomTest, NumbersDoNotDependOnThreadsOrOnHowMuchIsAskedFor) {
  const Tensor all = random::stateless_normal({300001}, {1, 2});
  const std::vector<float> values = all.read<float>();
  for (int64_t n : {1, 2, 3, 4, 5, 2047, 2048, 2049, 32769, 100000}) {
    const std::vector<float> part = random::stateless_normal(Shape{n}, {1, 2}).read<float>();
    EXPECT_TRUE(std::equal(part.begin(), part.end(), values.begin())) << n;
  }
  std::vector<std::thread> threads;  // one session, several callers
  std::vector<uint64_t> sums(3);
  for (uint64_t& sum : sums) {
    threads.emplace_back([&sum] { sum = Checksum(random::stateless_normal({300001}, {1, 2})); });
  }
  for (std::thread& t : threads) t.join();
  for (uint64_t sum : sums) EXPECT_EQ(sum, Checksum(all));
}

TEST_F(RandomTest, StatelessSeedsSplitAndFold) {
  const Operand seed({1, 2});
  EXPECT_EQ(random::split(seed, 3).read<int32_t>(),
            (std::vector<int32_t>{1105988140, 1738052849, -335576002, 370444179, 10670227, -246211131}));
  EXPECT_EQ(random::fold_in(seed, 7).read<int32_t>(), (std::vector<int32_t>{1105988140, 7}));
  EXPECT_EQ(random::stateless_uniform_full_int({3}, seed).read<uint64_t>(),
            (std::vector<uint64_t>{7464880146280614444u, 1591045637757961278u, 17389275318164050067u}));
  // A tensor as the seed, of which the client knows nothing.
  const Tensor computed = constant({0, 1}) + 1;
  EXPECT_EQ(random::stateless_normal({5}, computed).read<float>(), random::stateless_normal({5}, seed).read<float>());
}

TEST_F(RandomTest, BoundsMayBeTensors) {
  random::set_seed(1);
  const std::vector<float> plain = random::uniform({2, 2}, -1.0, 3.0, {.seed = 4}).read<float>();
  random::set_seed(1);
  EXPECT_EQ(random::uniform({2, 2}, constant({-1.0f, -1.0f}), 3.0f, {.seed = 4}).read<float>(), plain);
  const std::vector<float> means = random::normal({2, 1000}, constant({{10.0f}, {-10.0f}})).read<float>();
  EXPECT_GT(means.front(), 0);
  EXPECT_LT(means.back(), 0);
}

// Numbers and states from TensorFlow 2.21.0.
TEST_F(RandomTest, GeneratorsKeepTheirPlaceOnTheServer) {
  const auto g = random::Generator::from_seed(1234);
  const auto state = [&g] { return g.state().read<int64_t>(); };
  EXPECT_EQ(g.normal({3}).read<float>(),
            (std::vector<float>{0.9356608986854553f, 1.0854305028915405f, -0.937883734703064f}));
  EXPECT_EQ(g.uniform({3}, 0, 10, int32).read<int32_t>(), (std::vector<int32_t>{9, 5, 3}));
  EXPECT_EQ(state(), (std::vector<int64_t>{2770, 0, 0}));
  EXPECT_EQ(g.make_seeds(2).read<int64_t>(), (std::vector<int64_t>{7275280234014006408, -578005722877321679, 0, 0}));
  EXPECT_EQ(g.skip(5).read<int64_t>(), (std::vector<int64_t>{3282, 0, 0}));
  EXPECT_EQ(state(), (std::vector<int64_t>{4562, 0, 0}));
  EXPECT_EQ(random::Generator::from_seed(-5).state().read<int64_t>(), (std::vector<int64_t>{-5, -1, -1}));

  const auto carry = random::Generator::from_key_counter(3, {-1, 5});
  EXPECT_EQ(carry.skip(2).read<int64_t>(), (std::vector<int64_t>{-1, 5, 3}));
  EXPECT_EQ(carry.state().read<int64_t>(), (std::vector<int64_t>{511, 6, 3}));
}

TEST_F(RandomTest, GeneratorsOfOneStateAgreeAndAResetStartsAgain) {
  auto g = random::Generator::from_seed(8);
  const auto same = random::Generator::from_seed(8);
  const std::vector<float> first = g.normal({5}).read<float>(), second = g.normal(constant({5})).read<float>();
  EXPECT_NE(first, second);
  EXPECT_EQ(same.normal({5}).read<float>(), first);
  EXPECT_EQ(same.normal({5}).read<float>(), second);
  g.reset_from_seed(8);
  EXPECT_EQ(g.normal({5}).read<float>(), first);
  EXPECT_NE(random::Generator::from_non_deterministic_state().normal({5}).read<float>(), first);
  const double x = static_cast<double>(g.truncated_normal(Shape(), 0, 1, float64));
  EXPECT_LT(std::abs(x), 2);
  EXPECT_EQ(g.uniform({2}, float16).dtype(), float16);
}

TEST_F(RandomTest, GeneratorStatesAreChecked) {
  const auto skip = [](const Variable& v, int alg) { op("RngReadAndSkip", {v.handle(), alg, constant(uint64_t{1})}); };
  const auto code = [&](const Tensor& initial, int alg) {
    try {
      skip(Variable(initial), alg);
    } catch (const Error& e) {
      return e.code();
    }
    return absl::StatusCode::kOk;
  };
  const Tensor good = constant({int64_t{1}, int64_t{2}, int64_t{3}});
  EXPECT_EQ(code(good, 1), absl::StatusCode::kOk);
  EXPECT_EQ(code(good, 3), absl::StatusCode::kOk);
  EXPECT_EQ(code(good, 2), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(code(constant({1.0f, 2.0f, 3.0f}), 1), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(constant({int64_t{1}, int64_t{2}}), 1), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(constant(int64_t{1}), 1), absl::StatusCode::kInvalidArgument);
}

template <class F>
absl::Status Refusal(F f) {
  try {
    f();
  } catch (const Error& e) {
    return e.status();
  }
  return absl::OkStatus();
}

TEST_F(RandomTest, RefusesWhatTensorFlowRefuses) {
  using absl::StatusCode;
  EXPECT_EQ(Refusal([] { random::normal({-1}); }).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Refusal([] { random::uniform({2}, 3, 3, {.dtype = int32}); }).message(),
            "RandomUniformInt: Need minval < maxval, got 3 >= 3");
  EXPECT_EQ(Refusal([] { random::uniform({2}, {.dtype = int32}); }).message(),
            "uniform: must specify minval and maxval for integer dtype int32");
  EXPECT_EQ(Refusal([] { random::uniform({2}, 0, 5, {.dtype = int8}); }).message(),
            "uniform: dtype must be float16, bfloat16, float32, float64, int32, int64, got int8");
  EXPECT_EQ(Refusal([] { random::uniform({2}, 0.5, 2, {.dtype = int32}); }).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Refusal([] { random::normal({2}, 0, 1, {.dtype = int32}); }).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Refusal([] {
              random::stateless_normal({2}, {1, 2, 3});
            }).message(),
            "StatelessRandomGetKeyCounter: seed must have shape [2], not [3]");
  const Tensor key = cast(constant({1}), uint64), counter = cast(constant({1, 2}), uint64);
  const auto raw = [&](int alg) { op("StatelessRandomUniformV2", {{3}, key, counter, alg}); };
  EXPECT_TRUE(Refusal([&] { raw(1), raw(3); }).ok());
  EXPECT_EQ(Refusal([&] { raw(2); }).message(), "StatelessRandomUniformV2: Unsupported algorithm id: 2");
  EXPECT_EQ(random::uniform({0}, 3, 3, {.dtype = int32}).shape(), Shape{0});
}

// Against double precision, over all that a generator can give.
TEST(BoxMuller, IsAccurate) {
  std::vector<uint32_t> words;
  for (uint32_t x = 0; x < 1u << 23; x += 61) words.insert(words.end(), {x, (x * 0x9E3779B1u) & 0x7fffff});
  std::vector<float> got(words.size());
  server::BoxMuller(words.data(), static_cast<int64_t>(words.size() / 2), got.data());
  for (size_t i = 0; i < words.size(); i += 2) {
    const double u = std::max(UnitFloat(words[i]), 1.0e-7f);
    const double angle = static_cast<float>(2 * M_PI * UnitFloat(words[i + 1]));
    const double radius = std::sqrt(-2 * std::log(u));
    ASSERT_NEAR(got[i], radius * std::sin(angle), 1e-6) << words[i];
    ASSERT_NEAR(got[i + 1], radius * std::cos(angle), 1e-6) << words[i];
  }
}

}  // namespace
}  // namespace eager
