#include "server/kernels/cuda/pool_fns.h"

#include <cmath>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace eager::server::cuda {
namespace {

struct Identity {
  float operator()(float x) const { return x; }
};

struct alignas(16) Block {
  float at[4];
};
class Values {
 public:
  explicit Values(int64_t n) : blocks_(static_cast<size_t>(n / 4 + 1)), size_(n) {}
  float* data() { return blocks_[0].at; }
  int64_t size() const { return size_; }

 private:
  std::vector<Block> blocks_;
  int64_t size_;
};

int64_t Pick(std::mt19937& random, int64_t first, int64_t last) {
  return std::uniform_int_distribution<int64_t>(first, last)(random);
}

WindowAxis RandomAxis(std::mt19937& random, bool padded) {
  for (;;) {
    WindowAxis a;
    a.in = Pick(random, 1, 8);
    a.size = Pick(random, 1, 4);
    a.stride = Pick(random, 1, 4);
    const char* kinds[] = {"SAME", "VALID", "EXPLICIT"};
    const int kind = static_cast<int>(Pick(random, 0, padded ? 2 : 1));
    if (kind == 2) {
      a.before = Pick(random, 0, a.size - 1);
      a.after = Pick(random, 0, a.size - 1);
    }
    if (a.Slide(kinds[kind]).ok() && a.out > 0) return a;
  }
}

PoolDims RandomDims(std::mt19937& random, bool padded) {
  PoolDims d;
  d.batch = Pick(random, 1, 3);
  d.channels = Pick(random, 1, 3);
  if (Pick(random, 0, 1) == 0) d.channels *= 4;
  d.rows = RandomAxis(random, padded);
  d.columns = RandomAxis(random, padded);
  return d;
}

// Few different values, so that windows have ties; nan and infinities among them.
Values RandomValues(int64_t n, bool finite, std::mt19937& random) {
  Values v(n);
  for (int64_t i = 0; i < n; ++i) {
    const int64_t what = Pick(random, 0, 9);
    v.data()[i] = static_cast<float>(Pick(random, -3, 3));
    if (finite) continue;
    if (what == 0) v.data()[i] = std::nanf("");
    if (what == 1) v.data()[i] = -INFINITY;
  }
  return v;
}

int64_t InSize(const PoolDims& d) { return d.batch * d.rows.in * d.columns.in * d.channels; }
int64_t OutSize(const PoolDims& d) { return d.batch * d.rows.out * d.columns.out * d.channels; }

// Calls visit(offset of the output, offsets of the inputs in its window) as the CPU's loops go.
template <class Visit>
void ForWindows(const PoolDims& d, Visit visit) {
  int64_t at = 0;
  for (int64_t b = 0; b < d.batch; ++b) {
    for (int64_t row = 0; row < d.rows.out; ++row) {
      for (int64_t column = 0; column < d.columns.out; ++column) {
        for (int64_t c = 0; c < d.channels; ++c, ++at) {
          std::vector<int64_t> window;
          for (int64_t i = 0; i < d.rows.size; ++i) {
            for (int64_t j = 0; j < d.columns.size; ++j) {
              const int64_t y = row * d.rows.stride - d.rows.before + i,
                            x = column * d.columns.stride - d.columns.before + j;
              if (y < 0 || y >= d.rows.in || x < 0 || x >= d.columns.in) continue;
              window.push_back(((b * d.rows.in + y) * d.columns.in + x) * d.channels + c);
            }
          }
          visit(at, window);
        }
      }
    }
  }
}

void ExpectSame(float got, float expected) {
  if (std::isnan(expected)) {
    EXPECT_TRUE(std::isnan(got));
  } else {
    EXPECT_EQ(got, expected);
  }
}

template <int n, class Index>
void CompareMaxima(const PoolDims& d, std::mt19937& random) {
  const PoolElements<Index> elements(d);
  Values in = RandomValues(InSize(d), false, random), dy = RandomValues(OutSize(d), true, random);
  std::vector<float> maxima(static_cast<size_t>(OutSize(d))), gradient(static_cast<size_t>(InSize(d)));
  ForWindows(d, [&](int64_t at, const std::vector<int64_t>& window) {
    float most = std::numeric_limits<float>::lowest();
    for (int64_t i : window) most = in.data()[i] > most ? in.data()[i] : most;
    maxima[at] = most;
    size_t where = 0;
    for (size_t i = 1; i < window.size(); ++i) {
      if (in.data()[window[i]] > in.data()[window[where]]) where = i;
    }
    if (!window.empty()) gradient[window[where]] += dy.data()[at];
  });
  for (Index i = 0; i < static_cast<Index>(OutSize(d) / n); ++i) {
    float most[n];
    elements.template Max<n>(in.data(), i, Identity(), most);
    for (int k = 0; k < n; ++k) ExpectSame(most[k], maxima[i * n + k]);
  }
  for (Index i = 0; i < static_cast<Index>(InSize(d) / n); ++i) {
    float sums[n];
    elements.template MaxGrad<n, float>(in.data(), dy.data(), i, Identity(), sums);
    for (int k = 0; k < n; ++k) ExpectSame(sums[k], gradient[i * n + k]);
  }
}

TEST(PoolElements, MaximaAndTheirGradientsAreTheCpus) {
  std::mt19937 random(1);
  for (int i = 0; i < 400 && !HasFailure(); ++i) {
    const PoolDims d = RandomDims(random, true);
    CompareMaxima<1, int32_t>(d, random);
    CompareMaxima<1, int64_t>(d, random);
    if (d.channels % 4 == 0) CompareMaxima<4, int32_t>(d, random);
  }
}

TEST(PoolElements, ArgMaxIsTheFirstEqualElement) {
  std::mt19937 random(2);
  for (int i = 0; i < 200 && !HasFailure(); ++i) {
    const PoolDims d = RandomDims(random, false);
    const PoolElements<int32_t> elements(d);
    Values in = RandomValues(InSize(d), false, random), most = RandomValues(OutSize(d), false, random);
    ForWindows(d, [&](int64_t at, const std::vector<int64_t>& window) {
      int64_t expected = -1;
      for (int64_t place : window) {
        if (expected < 0 && in.data()[place] == most.data()[at]) expected = place;
      }
      EXPECT_EQ(elements.ArgMax(in.data(), most.data(), static_cast<int32_t>(at), Identity()), expected);
    });
  }
}

template <int n, class Index>
void CompareMeans(const PoolDims& d, std::mt19937& random) {
  const PoolElements<Index> elements(d);
  Values in = RandomValues(InSize(d), true, random), dy = RandomValues(OutSize(d), true, random);
  std::vector<float> means(static_cast<size_t>(OutSize(d))), gradient(static_cast<size_t>(InSize(d)));
  ForWindows(d, [&](int64_t at, const std::vector<int64_t>& window) {
    float sum = 0;
    for (int64_t i : window) sum += in.data()[i];
    means[at] = sum / static_cast<float>(window.size());
    for (int64_t i : window) gradient[i] += dy.data()[at] / static_cast<float>(window.size());
  });
  for (Index i = 0; i < static_cast<Index>(OutSize(d) / n); ++i) {
    float got[n];
    elements.template Mean<n>(in.data(), i, Identity(), got);
    for (int k = 0; k < n; ++k) ExpectSame(got[k], means[i * n + k]);
  }
  for (Index i = 0; i < static_cast<Index>(InSize(d) / n); ++i) {
    float got[n];
    elements.template MeanGrad<n>(dy.data(), i, Identity(), got);
    for (int k = 0; k < n; ++k) ExpectSame(got[k], gradient[i * n + k]);
  }
}

TEST(PoolElements, MeansAndTheirGradientsAreTheCpus) {
  std::mt19937 random(3);
  for (int i = 0; i < 400 && !HasFailure(); ++i) {
    const PoolDims d = RandomDims(random, false);
    CompareMeans<1, int32_t>(d, random);
    CompareMeans<1, int64_t>(d, random);
    if (d.channels % 4 == 0) CompareMeans<4, int32_t>(d, random);
  }
}

TEST(PoolElements, NoWindowsMeanNoGradient) {
  PoolDims d;
  d.batch = d.channels = 1;
  d.rows = {2, 0, 3, 1, 1, 0, 0};
  d.columns = {3, 1, 3, 1, 1, 0, 0};
  const float in[6] = {}, dy[1] = {1};
  float sum = 1;
  PoolElements<int32_t>(d).MaxGrad<1, float>(in, dy, 3, Identity(), &sum);
  EXPECT_EQ(sum, 0);
}

TEST(PoolDims, LargeOnesDoNotFitIn32Bits) {
  PoolDims d;
  d.batch = d.channels = 1;
  d.rows = d.columns = {1 << 15, 1 << 14, 2, 2, 1, 0, 0};
  EXPECT_FALSE(FitsIn32Bits(d));
  d.rows = {8, 1, 8, INT32_MAX, 1, 0, 0};
  EXPECT_FALSE(FitsIn32Bits(d));
  d.rows.stride = 8;
  EXPECT_TRUE(FitsIn32Bits(d));
  EXPECT_EQ(ChannelsAsImages(RandomDims(*std::make_unique<std::mt19937>(1), false)).channels, 1);
}

}  // namespace
}  // namespace eager::server::cuda
