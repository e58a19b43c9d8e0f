// Reductions of a GPU, run on the host: every thread of a plan one after the other, against plain loops.
#include "server/kernels/cuda/reduce_plan.h"

#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "server/kernels/cuda/bias_plan.h"
#include "server/kernels/cuda/reduce_fns.h"
#include "server/kernels/cuda/reduce_fold.h"

namespace eager::server::cuda {
namespace {

struct Identity {
  template <class T>
  T operator()(const T& x) const {
    return x;
  }
};

template <int vec, class R, class T>
void RunRows(const R& r, const ReducePlan& p, const T* in, std::vector<typename R::Acc>& partial) {
  for (int64_t unit = 0; unit < p.units; ++unit) {
    const int64_t result = unit / p.segments, begin = unit % p.segments * p.segment;
    typename R::Acc total = r.Identity();
    for (int lane = 0; lane < p.lanes; ++lane) {
      typename R::Acc own[1];
      FoldPoints<true, vec>(r, in + p.kept(result), p.reduced, begin, std::min(p.reduced_count, begin + p.segment),
                            lane, p.lanes, Identity(), own);
      total = r.Merge(total, own[0]);
    }
    partial[static_cast<size_t>(unit)] = total;
  }
}

template <int vec, class R, class T>
void RunColumns(const R& r, const ReducePlan& p, const T* in, std::vector<typename R::Acc>& partial) {
  const int width = p.groups();
  for (int64_t unit = 0; unit < p.units; ++unit) {
    const int64_t tile = unit / p.segments, segment = unit % p.segments, begin = segment * p.segment;
    for (int64_t point = tile * width; point < std::min(p.kept_count, (tile + 1) * width); ++point) {
      std::vector<typename R::Acc> totals(vec, r.Identity());
      for (int lane = 0; lane < p.lanes; ++lane) {
        typename R::Acc own[vec];
        FoldPoints<false, vec>(r, in + p.kept(point), p.reduced, begin, std::min(p.reduced_count, begin + p.segment),
                               lane, p.lanes, Identity(), own);
        for (int v = 0; v < vec; ++v) totals[static_cast<size_t>(v)] = r.Merge(totals[static_cast<size_t>(v)], own[v]);
      }
      for (int v = 0; v < vec; ++v) {
        partial[static_cast<size_t>((point * vec + v) * p.segments + segment)] = totals[static_cast<size_t>(v)];
      }
    }
  }
}

template <int vec, class R, class T>
auto ReduceByPlan(const R& r, const ReduceDims& dims, const std::vector<T>& in) {
  const ReducePlan p = MakeReducePlan(dims, vec).value();
  std::vector<decltype(r.Final(r.Identity(), 0))> out;
  if (p.num_results == 0) return out;
  std::vector<typename R::Acc> partial(static_cast<size_t>(p.num_results * p.segments), r.Identity());
  if (p.vec == 1) {
    p.rows ? RunRows<1>(r, p, in.data(), partial) : RunColumns<1>(r, p, in.data(), partial);
  } else {
    p.rows ? RunRows<vec>(r, p, in.data(), partial) : RunColumns<vec>(r, p, in.data(), partial);
  }
  ReduceDims totals;
  totals.Push(p.num_results, false);
  totals.Push(p.segments, true);
  const ReducePlan last = MakeReducePlan(totals, 1).value();
  EXPECT_EQ(last.segments, 1);
  const TotalsFn<R> fold{r};
  std::vector<typename R::Acc> results(static_cast<size_t>(p.num_results), r.Identity());
  last.rows ? RunRows<1>(fold, last, partial.data(), results) : RunColumns<1>(fold, last, partial.data(), results);
  for (const auto& total : results) out.push_back(fold.Final(total, p.num_reduced));
  return out;
}

// For each result its elements, in order.
template <class T>
std::vector<std::vector<T>> Gathered(const ReduceDims& dims, const std::vector<T>& in) {
  int64_t results = 1;
  for (size_t a = 0; a < dims.extents.size(); ++a) results *= dims.reduced[a] ? 1 : dims.extents[a];
  std::vector<std::vector<T>> gathered(static_cast<size_t>(results));
  for (size_t i = 0; i < in.size(); ++i) {
    int64_t rest = static_cast<int64_t>(i), result = 0, step = 1;
    for (size_t a = dims.extents.size(); a-- > 0;) {
      const int64_t here = rest % dims.extents[a];
      rest /= dims.extents[a];
      if (dims.reduced[a]) continue;
      result += here * step;
      step *= dims.extents[a];
    }
    gathered[static_cast<size_t>(result)].push_back(in[i]);
  }
  return gathered;
}

ReduceDims Dims(std::vector<int64_t> extents, std::vector<size_t> axes) {
  ReduceDims dims;
  for (size_t i = 0; i < extents.size(); ++i)
    dims.Push(extents[i], std::find(axes.begin(), axes.end(), i) != axes.end());
  return dims;
}

std::vector<ReduceDims> Cases() {
  return {Dims({}, {}),
          Dims({1}, {0}),
          Dims({7}, {}),
          Dims({8}, {0}),
          Dims({5, 3}, {1}),
          Dims({5, 3}, {0}),
          Dims({9, 64}, {1}),
          Dims({300, 8}, {0}),
          Dims({20000}, {0}),
          Dims({70001}, {0}),
          Dims({2, 3000}, {1}),
          Dims({3000, 2}, {0}),
          Dims({2000, 24}, {0}),
          Dims({2, 40000}, {0}),
          Dims({3, 40, 16}, {0, 2}),
          Dims({3, 40, 16}, {1}),
          Dims({4, 1, 6, 5, 8}, {0, 3}),
          Dims({4, 3, 6, 5, 2}, {1, 4}),
          Dims({2, 3, 2, 3, 2, 3, 2, 3}, {0, 2, 4, 6}),
          Dims({4, 0}, {1}),
          Dims({0, 4}, {0}),
          Dims({0, 4}, {1})};
}

template <class T>
std::vector<T> Random(const ReduceDims& dims, unsigned seed, int range) {
  size_t n = 1;
  for (const int64_t extent : dims.extents) n *= static_cast<size_t>(extent);
  std::mt19937 random(seed);
  std::vector<T> x(n);
  for (T& value : x) value = static_cast<T>(static_cast<int>(random() % static_cast<unsigned>(2 * range)) - range);
  return x;
}

// All cases of a policy, with and without vectors; reference(elements of one result).
template <class T, class R, class Reference>
void ExpectReduces(const R& r, int range, Reference reference) {
  unsigned seed = 1;
  for (const ReduceDims& dims : Cases()) {
    // Aligned, as vectors must be.
    alignas(16) const std::vector<T> in = Random<T>(dims, seed++, range);
    const auto gathered = Gathered(dims, in);
    constexpr int kVec = 4;
    for (const auto& out : {ReduceByPlan<1>(r, dims, in), ReduceByPlan<kVec>(r, dims, in)}) {
      ASSERT_EQ(out.size(), gathered.size());
      for (size_t i = 0; i < out.size(); ++i)
        ASSERT_EQ(static_cast<T>(out[i]), reference(gathered[i])) << "case " << seed - 2;
    }
  }
}

TEST(Reduce, SumsOverAnyAxes) {
  const auto sum = []<class T>(const std::vector<T>& x) {
    T total = 0;
    for (const T value : x) total = static_cast<T>(total + value);
    return total;
  };
  ExpectReduces<float>(SumFn<float>(), 8, sum);
  ExpectReduces<uint8_t>(SumFn<uint8_t>(), 128, sum);
  ExpectReduces<uint64_t>(SumFn<uint64_t>(), 1 << 20, sum);
}

TEST(Reduce, ComplexSums) {
  std::vector<Complex<float>> x;
  for (int i = 0; i < 5000; ++i) x.push_back({static_cast<float>(i % 7), static_cast<float>(-i % 5)});
  const auto out = ReduceByPlan<2>(ComplexSumFn<float>(), Dims({5000}, {0}), x);
  float real = 0, imaginary = 0;
  for (const auto& value : x) real += value.real, imaginary += value.imaginary;
  EXPECT_EQ(out[0].real, real);
  EXPECT_EQ(out[0].imaginary, imaginary);
}

TEST(Reduce, MeansOfSignedIntegersAreCutTowards0) {
  MeanFn<uint8_t> mean;
  mean.sign = 0x80;
  ExpectReduces<uint8_t>(mean, 128, [](const std::vector<uint8_t>& x) {
    int64_t total = 0;
    for (const uint8_t value : x) total += static_cast<int8_t>(value);
    return static_cast<uint8_t>(x.empty() ? 0 : total / static_cast<int64_t>(x.size()));
  });
  ExpectReduces<uint16_t>(MeanFn<uint16_t>(), 1 << 15, [](const std::vector<uint16_t>& x) {
    uint64_t total = 0;
    for (const uint16_t value : x) total += value;
    return static_cast<uint16_t>(x.empty() ? 0 : total / x.size());
  });
}

TEST(Reduce, MeanOfNothingIsNan) { EXPECT_TRUE(std::isnan(MeanFn<float>().Final(0, 0))); }

TEST(Reduce, ProductsWrapAround) {
  ExpectReduces<uint32_t>(ProdFn<uint32_t>(), 1 << 20, [](const std::vector<uint32_t>& x) {
    uint32_t product = 1;
    for (const uint32_t value : x) product *= value;
    return product;
  });
}

template <class Signed, class T>
void ExpectExtrema(int range) {
  const auto extremum = [](bool least) {
    return [least](const std::vector<T>& x) {
      Signed best = least ? std::numeric_limits<Signed>::max() : std::numeric_limits<Signed>::lowest();
      if (std::is_floating_point_v<Signed>) best = static_cast<Signed>(least ? INFINITY : -INFINITY);
      for (const T value : x)
        best = least ? std::min(best, static_cast<Signed>(value)) : std::max(best, static_cast<Signed>(value));
      return static_cast<T>(best);
    };
  };
  constexpr bool kSigned = std::is_signed_v<Signed>;
  ExpectReduces<T>(ExtremumFn<T>(false, kSigned), range, extremum(false));
  ExpectReduces<T>(ExtremumFn<T>(true, kSigned), range, extremum(true));
}

TEST(Reduce, ExtremaOfEverySign) {
  ExpectExtrema<int8_t, uint8_t>(128);
  ExpectExtrema<uint8_t, uint8_t>(128);
  ExpectExtrema<int16_t, uint16_t>(1000);
  ExpectExtrema<int32_t, uint32_t>(1 << 20);
  ExpectExtrema<uint64_t, uint64_t>(1 << 20);
  ExpectExtrema<int64_t, uint64_t>(1 << 20);
  ExpectExtrema<float, float>(1000);
}

TEST(Reduce, NanWinsExtrema) {
  for (const bool least : {false, true}) {
    std::vector<float> x(3000, 1.0f);
    x[1234] = NAN;
    x[77] = least ? -INFINITY : INFINITY;
    EXPECT_TRUE(std::isnan(ReduceByPlan<4>(ExtremumFn<float>(least, true), Dims({3000}, {0}), x)[0]));
  }
}

TEST(Reduce, AllAndAny) {
  const ExtremumFn<uint8_t> all(KeyOf<uint8_t>(true, false), 1), any(KeyOf<uint8_t>(false, false), 0);
  for (const std::vector<uint8_t>& x : {std::vector<uint8_t>{}, {0}, {1}, {0, 1}, {1, 1, 1, 1}, {0, 0, 0, 0}}) {
    const ReduceDims dims = Dims({static_cast<int64_t>(x.size())}, {0});
    EXPECT_EQ(ReduceByPlan<4>(all, dims, x)[0], std::count(x.begin(), x.end(), 0) == 0 ? 1 : 0);
    EXPECT_EQ(ReduceByPlan<4>(any, dims, x)[0], std::count(x.begin(), x.end(), 1) != 0 ? 1 : 0);
  }
}

TEST(Reduce, Norms) {
  ExpectReduces<double>(NormFn<double>(), 10, [](const std::vector<double>& x) {
    double total = 0;
    for (const double value : x) total += value * value;
    return std::sqrt(total);
  });
  NormFn<uint32_t> norm;
  norm.is_signed = true;
  ExpectReduces<uint32_t>(norm, 1 << 14, [](const std::vector<uint32_t>& x) {
    uint32_t total = 0;
    for (const uint32_t value : x) total += value * value;
    const auto sum = static_cast<int32_t>(total);
    return static_cast<uint32_t>(sum < 0 ? std::numeric_limits<int32_t>::lowest()
                                         : static_cast<int32_t>(std::sqrt(double{1} * sum)));
  });
}

template <class Signed, class T>
void ExpectArgs(int range, Signed largest) {
  for (const bool least : {false, true}) {
    const ArgFn<T> arg(least, std::is_signed_v<Signed>, static_cast<T>(largest));
    unsigned seed = 1;
    for (const ReduceDims& dims : {Dims({9}, {0}), Dims({5000}, {0}), Dims({40, 70}, {1}), Dims({600, 16}, {0}),
                                   Dims({3, 50, 8}, {1}), Dims({1}, {0})}) {
      const std::vector<T> in = Random<T>(dims, seed++, range);
      const auto gathered = Gathered(dims, in);
      const auto out = ReduceByPlan<4>(arg, dims, in);
      for (size_t i = 0; i < out.size(); ++i) {
        const auto less = [](T a, T b) { return static_cast<Signed>(a) < static_cast<Signed>(b); };
        const auto& x = gathered[i];
        const auto at = least ? std::min_element(x.begin(), x.end(), less) : std::max_element(x.begin(), x.end(), less);
        ASSERT_EQ(out[i], at - x.begin());
      }
    }
  }
}

TEST(Reduce, ArgumentsAreTheFirstOfEquals) {
  constexpr float kLargest = std::numeric_limits<float>::max();
  ExpectArgs<float, float>(20, kLargest);
  ExpectArgs<int8_t, uint8_t>(128, 0);
  ExpectArgs<uint8_t, uint8_t>(4, 0);
  ExpectArgs<int64_t, uint64_t>(20, 0);
  const std::vector<float> lowest = {NAN, -INFINITY, -kLargest, NAN};
  EXPECT_EQ(ReduceByPlan<4>(ArgFn<float>(false, true, kLargest), Dims({4}, {0}), lowest)[0], 0);
  const std::vector<float> among = {NAN, -3, NAN, -2, -2};
  EXPECT_EQ(ReduceByPlan<4>(ArgFn<float>(false, true, kLargest), Dims({5}, {0}), among)[0], 3);
  EXPECT_EQ(ReduceByPlan<4>(ArgFn<float>(true, true, kLargest), Dims({5}, {0}), among)[0], 1);
}

TEST(ReducePlan, FillsGpusWithWhatIsLarge) {
  for (const ReduceDims& dims :
       {Dims({64 << 20}, {0}), Dims({65536, 1024}, {0}), Dims({1024, 65536}, {1}), Dims({1 << 23, 3}, {0}),
        Dims({64, 64, 112, 112}, {0, 2, 3}), Dims({int64_t{1} << 33, 2}, {1}), Dims({2, int64_t{1} << 33}, {0})}) {
    const ReducePlan p = MakeReducePlan(dims, 4).value();
    EXPECT_GE(p.blocks, 512);
    EXPECT_GE(p.segment * p.segments, p.reduced_count);
    EXPECT_LT(p.segment * (p.segments - 1), p.reduced_count);
    EXPECT_EQ(p.lanes & (p.lanes - 1), 0);
    EXPECT_LE(p.num_results * p.segments, std::max<int64_t>(p.num_results, 1 << 20));
  }
}

TEST(ReducePlan, RefusesAxesThatAlternateTooOften) {
  ReduceDims dims;
  for (int i = 0; i < 18; ++i) dims.Push(2, i % 2 == 0);
  EXPECT_EQ(MakeReducePlan(dims, 1).status().code(), absl::StatusCode::kUnimplemented);
}

TEST(Walk, IsRightBeyond32Bits) {
  Walk walk;
  walk.Push(3, 5);
  walk.Push(int64_t{1} << 33, 7);
  for (const int64_t i : {int64_t{0}, int64_t{4}, (int64_t{1} << 31) - 1, int64_t{1} << 31, (int64_t{3} << 33) - 1}) {
    EXPECT_EQ(walk(i), i % 3 * 5 + i / 3 * 7);
  }
}

TEST(BiasPlan, FindsChannels) {
  for (const int most : {1, 4}) {
    for (const Shape& shape : {Shape{6, 8}, Shape{6, 5}, Shape{2, 3, 4, 8}, Shape{2, 4, 3, 5}, Shape{2, 3, 1, 1}}) {
      for (const char* format : {"NHWC", "NCHW"}) {
        const BiasPlan p(shape, format, most);
        const int axis = format[1] == 'C' ? 1 : shape.rank() - 1;
        int64_t inner = 1;
        for (int i = axis + 1; i < shape.rank(); ++i) inner *= shape[i];
        ASSERT_EQ(p.count * p.vec, shape.num_elements());
        for (int64_t i = 0; i < shape.num_elements(); ++i) {
          const int64_t channel = p.Channel(i / p.vec);
          ASSERT_EQ(p.channels_last ? channel * p.vec + i % p.vec : channel, i / inner % shape[axis]);
        }
      }
    }
  }
}

}  // namespace
}  // namespace eager::server::cuda
