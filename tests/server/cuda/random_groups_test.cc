// What a thread of a GPU's random fill does, run for every group here, makes the CPU's numbers.
#include "server/kernels/cuda/random_groups.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

#include "gtest/gtest.h"
#include "server/kernels/cpu/random_fill.h"
#include "server/kernels/random_generators.h"

namespace eager::server::cuda {
namespace {

const Philox kPlaces[] = {Philox::FromOpSeeds(1, 2), Philox(7, ~uint64_t{0} - 5, 3), Philox::FromStatelessSeeds(3, 4)};
constexpr int64_t kCounts[] = {1, 2, 3, 4, 5, 1023, 20000, 70001};

template <class T, class Group>
std::vector<T> Run(const PhiloxSource& source, const Group& make, int64_t n) {
  constexpr int kGroup = kGroupOf<T>;
  std::vector<T> out(static_cast<size_t>(n));
  const Philox from = source.Start();
  for (int64_t g = 0; g * kGroup < n; ++g) {
    typename Group::Number numbers[kGroup];
    make(from, g, numbers);
    for (int64_t i = 0; i < kGroup && g * kGroup + i < n; ++i) {
      out[static_cast<size_t>(g * kGroup + i)] = Narrow<T>(numbers[i]);
    }
  }
  return out;
}

template <class T>
void ExpectSameBits(const std::vector<T>& a, const std::vector<T>& b) {
  ASSERT_EQ(a.size(), b.size());
  EXPECT_EQ(std::memcmp(a.data(), b.data(), a.size() * sizeof(T)), 0);
}

template <class T>
class FloatGroups : public testing::Test {};
using Floats = testing::Types<float, double, Float16, BFloat16>;
TYPED_TEST_SUITE(FloatGroups, Floats);

TYPED_TEST(FloatGroups, AreTheCpus) {
  using T = TypeParam;
  for (const Philox& place : kPlaces) {
    for (const int64_t n : kCounts) {
      const PhiloxSource source = PhiloxSource::At(place);
      std::vector<T> expected(static_cast<size_t>(n));
      FillUniform(place, n, expected.data());
      ExpectSameBits(Run<T>(source, UniformGroup<T>(), n), expected);
      FillNormal(place, n, expected.data());
      ExpectSameBits(Run<T>(source, NormalGroup<T>(), n), expected);
      FillTruncatedNormal(place, n, expected.data());
      ExpectSameBits(Run<T>(source, TruncatedNormalGroup<T>(), n), expected);
    }
  }
}

template <class T>
class IntGroups : public testing::Test {};
using Ints = testing::Types<int32_t, int64_t, uint32_t, uint64_t>;
TYPED_TEST_SUITE(IntGroups, Ints);

TYPED_TEST(IntGroups, AreTheCpus) {
  using T = TypeParam;
  using U = std::make_unsigned_t<T>;
  const T low = static_cast<T>(-5), high = std::numeric_limits<T>::max();
  for (const Philox& place : kPlaces) {
    for (const int64_t n : kCounts) {
      const PhiloxSource source = PhiloxSource::At(place);
      std::vector<T> expected(static_cast<size_t>(n)), got(static_cast<size_t>(n));
      const auto expect = [&](const std::vector<U>& numbers) {
        std::memcpy(got.data(), numbers.data(), numbers.size() * sizeof(U));
        EXPECT_EQ(got, expected);
      };
      FillIntegers(place, n, expected.data());
      expect(Run<U>(source, BitsGroup<U>(), n));
      FillUniformInt(place, low, high, n, expected.data());
      const U base = static_cast<U>(low);
      expect(Run<U>(source, RangeGroup<U>{base, static_cast<U>(static_cast<U>(high) - base)}, n));
    }
  }
}

bool Same(const Philox& a, const Philox& b) {
  return a.key() == b.key() && a.counter_low() == b.counter_low() && a.counter_high() == b.counter_high();
}

TEST(PhiloxSource, StartsWhereItsMemorySays) {
  const int32_t narrow[] = {-3, 4};
  const int64_t wide[] = {-3, 4};
  const Philox mixed = Philox::FromStatelessSeeds(static_cast<uint64_t>(int64_t{-3}), 4);
  EXPECT_TRUE(Same(PhiloxSource::BySeeds(narrow, false).Start(), mixed));
  EXPECT_TRUE(Same(PhiloxSource::BySeeds(wide, true).Start(), mixed));
  const uint64_t key = 11, counter[] = {~uint64_t{0}, 13};
  EXPECT_TRUE(Same(PhiloxSource::ByKeyAndCounter(&key, counter, 2).Start(), Philox(11, ~uint64_t{0}, 13)));
  EXPECT_TRUE(Same(PhiloxSource::ByKeyAndCounter(&key, counter, 1).Start(), Philox(11, ~uint64_t{0}, 0)));
  EXPECT_TRUE(Same(PhiloxSource::At(mixed).Start(), mixed));
}

TEST(GroupsPerThread, SmallFillsAreSpread) {
  EXPECT_EQ(GroupsPerThread(1), 1);
  EXPECT_EQ(GroupsPerThread(int64_t{1} << 24), 4);
}

TEST(Permutation, HasEveryRowOnce) {
  for (const int64_t n : {1, 2, 5, 1000}) {
    std::vector<int64_t> rows = Permutation(Philox::FromOpSeeds(5, 6), n);
    std::sort(rows.begin(), rows.end());
    for (int64_t i = 0; i < n; ++i) EXPECT_EQ(rows[static_cast<size_t>(i)], i);
  }
}

}  // namespace
}  // namespace eager::server::cuda
