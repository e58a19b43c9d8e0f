#include "server/kernels/cuda/top_k_order.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace eager::server::cuda {
namespace {

template <class U, class T>
U BitsOf(T x) {
  static_assert(sizeof(U) == sizeof(T));
  U bits;
  std::memcpy(&bits, &x, sizeof(bits));
  return bits;
}

// As TopKV2 on the CPU orders: larger first, nan the largest, zeros equal.
template <class T>
bool Larger(T x, T y) {
  const auto a = static_cast<double>(static_cast<float>(x)), b = static_cast<double>(static_cast<float>(y));
  return a > b || (a != a && b == b);
}

template <class U, class T>
void ExpectOrder(const std::vector<T>& values) {
  const RankOf rank(DTypeOf<T>);
  for (const T& x : values) {
    for (const T& y : values) {
      EXPECT_EQ(rank(BitsOf<U>(x)) < rank(BitsOf<U>(y)), Larger(x, y))
          << static_cast<float>(x) << " " << static_cast<float>(y);
    }
  }
}

TEST(TopKOrder, RanksAsElementsCompare) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> floats = {0.0f, -0.0f, 1, -1, 1e-30f, -1e-30f, 3.5f, -3.5f, inf, -inf, nan, -nan, 1000, -1000};
  ExpectOrder<uint32_t>(floats);
  ExpectOrder<uint64_t>(std::vector<double>(floats.begin(), floats.end()));
  std::vector<Float16> halves;
  std::vector<BFloat16> brains;
  for (float x : floats) {
    halves.push_back(Float16(x));
    brains.push_back(BFloat16(x));
  }
  ExpectOrder<uint16_t>(halves);
  ExpectOrder<uint16_t>(brains);
  ExpectOrder<uint8_t>(std::vector<int8_t>{0, 1, -1, 127, -128, 64, -64});
  ExpectOrder<uint8_t>(std::vector<uint8_t>{0, 1, 127, 128, 255});
  ExpectOrder<uint16_t>(std::vector<int16_t>{0, 1, -1, 32767, -32768});
  ExpectOrder<uint16_t>(std::vector<uint16_t>{0, 1, 32768, 65535});
  ExpectOrder<uint32_t>(std::vector<int32_t>{0, 1, -1, INT32_MAX, INT32_MIN});
  ExpectOrder<uint32_t>(std::vector<uint32_t>{0, 1, 0x80000000u, 0xffffff00u});
  ExpectOrder<uint64_t>(std::vector<int64_t>{0, 1, -1, INT64_MAX, INT64_MIN});
  ExpectOrder<uint64_t>(std::vector<uint64_t>{0, 1, uint64_t{1} << 63, ~uint64_t{0} << 42});
}

TEST(TopKOrder, NetworksSortAndKeepTheOrderOfEqualOnes) {
  std::mt19937 random(11);
  for (int n : {1, 2, 3, 5, 8, 31, 64, 100}) {
    const int size = PowerOfTwoAtLeast(n);
    EXPECT_GE(size, n);
    EXPECT_LT(size, 2 * n);
    std::vector<uint16_t> ranks(static_cast<size_t>(size), 0xffff);
    std::vector<int> places(static_cast<size_t>(size), INT32_MAX);
    for (int i = 0; i < n; ++i) {
      ranks[static_cast<size_t>(i)] = random() % 4 == 0 ? 0xffff : static_cast<uint16_t>(random() % 8);
      places[static_cast<size_t>(i)] = i;
    }
    std::vector<int> expected(static_cast<size_t>(n));
    std::iota(expected.begin(), expected.end(), 0);
    const std::vector<uint16_t> before = ranks;
    std::stable_sort(expected.begin(), expected.end(),
                     [&](int a, int b) { return before[static_cast<size_t>(a)] < before[static_cast<size_t>(b)]; });
    for (int run = 2; run <= size; run *= 2) {
      for (int apart = run / 2; apart > 0; apart /= 2) {
        for (int i = 0; i < size; ++i) BitonicStep(ranks.data(), places.data(), run, apart, i);
      }
    }
    places.resize(static_cast<size_t>(n));
    EXPECT_EQ(places, expected) << n;
  }
}

}  // namespace
}  // namespace eager::server::cuda
