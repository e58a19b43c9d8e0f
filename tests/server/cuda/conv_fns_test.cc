#include "server/kernels/cuda/conv_fns.h"

#include <random>
#include <vector>

#include "absl/hash/hash_testing.h"
#include "gtest/gtest.h"
#include "server/kernels/cpu/conv_loops.h"
#include "server/kernels/cuda/conv_frame.h"

namespace eager::server::cuda {
namespace {

struct Identity {
  double operator()(double x) const { return x; }
};

int64_t InputSize(const ConvDims& d) { return d.batch * d.rows.in * d.columns.in * d.in_channels; }
int64_t OutputSize(const ConvDims& d) { return d.batch * d.rows.out * d.columns.out * d.out_channels; }
int64_t FilterSize(const ConvDims& d) {
  return d.rows.size * d.columns.size * (d.in_channels / d.groups) * d.out_channels;
}

struct alignas(64) Block {
  double at[8];
};
// Values at an address that vectors may be read from.
class Values {
 public:
  explicit Values(int64_t n) : blocks_(static_cast<size_t>(n / 8 + 1)), size_(n) {}
  Values(int64_t n, std::mt19937& random) : Values(n) {
    for (int64_t i = 0; i < n; ++i) data()[i] = std::uniform_int_distribution<int>(-4, 4)(random);
  }
  double* data() { return blocks_[0].at; }
  int64_t size() const { return size_; }
  std::vector<double> vector() { return {data(), data() + size_}; }

 private:
  std::vector<Block> blocks_;
  int64_t size_;
};

int64_t Pick(std::mt19937& random, int64_t first, int64_t last) {
  return std::uniform_int_distribution<int64_t>(first, last)(random);
}

// A window that has output; any padding.
WindowAxis RandomAxis(std::mt19937& random) {
  for (;;) {
    WindowAxis a;
    a.in = Pick(random, 1, 9);
    a.size = Pick(random, 1, 4);
    a.stride = Pick(random, 1, 4);
    a.dilation = Pick(random, 1, 3);
    const char* kinds[] = {"SAME", "VALID", "EXPLICIT"};
    const int kind = static_cast<int>(Pick(random, 0, 2));
    if (kind == 2) {
      a.before = Pick(random, 0, 6);
      a.after = Pick(random, 0, 6);
    }
    if (a.Slide(kinds[kind]).ok() && a.out > 0) return a;
  }
}

ConvDims RandomDims(std::mt19937& random, bool depthwise) {
  ConvDims d;
  d.batch = Pick(random, 1, 3);
  d.rows = RandomAxis(random);
  d.columns = RandomAxis(random);
  d.groups = depthwise ? 4 * Pick(random, 1, 2) : Pick(random, 1, 3);
  d.in_channels = d.groups * (depthwise ? 1 : Pick(random, 1, 3));
  d.out_channels = d.groups * (depthwise ? Pick(random, 1, 2) : Pick(random, 1, 3));
  return d;
}

template <class Index>
void CompareWithLoops(const ConvDims& d, std::mt19937& random) {
  ASSERT_TRUE(FitsIn32Bits(d));
  const ConvLoops<double> loops(d);
  const ConvElements<Index> elements(d);
  Values input(InputSize(d), random), filter(FilterSize(d), random), output(OutputSize(d), random);
  Values expected_output(OutputSize(d)), expected_input(InputSize(d)), expected_filter(FilterSize(d));
  loops.Forward(input.data(), filter.data(), expected_output.data());
  for (Index i = 0; i < static_cast<Index>(OutputSize(d)); ++i) {
    ASSERT_EQ(elements.template Forward<double>(input.data(), filter.data(), i, Identity()), expected_output.data()[i])
        << i;
  }
  loops.BackpropInput(expected_input.data(), filter.data(), output.data());
  for (Index i = 0; i < static_cast<Index>(InputSize(d)); ++i) {
    ASSERT_EQ(elements.template BackpropInput<double>(filter.data(), output.data(), i, Identity()),
              expected_input.data()[i])
        << i;
  }
  loops.BackpropFilter(input.data(), expected_filter.data(), output.data());
  const int64_t pixels = d.batch * d.rows.out * d.columns.out, parts = Pick(random, 1, 3);
  for (Index i = 0; i < static_cast<Index>(FilterSize(d)); ++i) {
    double sum = 0;
    for (int64_t part = 0; part < parts; ++part) {
      sum += elements.template BackpropFilter<double>(input.data(), output.data(), i,
                                                      static_cast<Index>(pixels * part / parts),
                                                      static_cast<Index>(pixels * (part + 1) / parts), Identity());
    }
    ASSERT_EQ(sum, expected_filter.data()[i]) << i;
  }
  if (d.groups != d.in_channels || d.in_channels != d.out_channels || d.in_channels % 4 != 0) return;
  for (Index i = 0; i < static_cast<Index>(OutputSize(d) / 4); ++i) {
    double sums[4];
    elements.template DepthwiseForward<4>(input.data(), filter.data(), i, Identity(), sums);
    for (int k = 0; k < 4; ++k) ASSERT_EQ(sums[k], expected_output.data()[i * 4 + k]) << i;
  }
  for (Index i = 0; i < static_cast<Index>(InputSize(d) / 4); ++i) {
    double sums[4];
    elements.template DepthwiseBackpropInput<4>(filter.data(), output.data(), i, Identity(), sums);
    for (int k = 0; k < 4; ++k) ASSERT_EQ(sums[k], expected_input.data()[i * 4 + k]) << i;
  }
}

TEST(ConvElements, AreTheSumsOfTheCpu) {
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    const ConvDims d = RandomDims(random, i % 2 == 0);
    CompareWithLoops<int32_t>(d, random);
    CompareWithLoops<int64_t>(d, random);
    if (HasFatalFailure()) return;
  }
}

TEST(ConvElements, LargeOnesDoNotFitIn32Bits) {
  ConvDims d;
  d.batch = d.in_channels = d.out_channels = 1;
  d.rows = d.columns = {1 << 15, 1 << 15, 1, 1, 1, 0, 0};
  EXPECT_FALSE(FitsIn32Bits(d));
  d.rows = {8, 8, 1, 1, 1, 0, 0};
  EXPECT_TRUE(FitsIn32Bits(d));
  d.rows = {8, 1, 8, INT32_MAX, 1, 0, 0};
  EXPECT_FALSE(FitsIn32Bits(d));
}

TEST(FilterGradientParts, AreManyWhereTheFilterIsSmall) {
  ConvDims d;
  d.batch = 64;
  d.in_channels = d.out_channels = d.groups = 32;
  d.rows = d.columns = {112, 112, 3, 1, 1, 1, 1};
  EXPECT_EQ(FilterGradientParts(d), (1 << 17) / (9 * 32));
  d.batch = 1;
  d.rows = d.columns = {5, 5, 3, 1, 1, 1, 1};
  EXPECT_EQ(FilterGradientParts(d), 1);
  d.groups = 1;
  d.in_channels = d.out_channels = 1024;
  d.batch = 64;
  EXPECT_EQ(FilterGradientParts(d), 1);
}

// The input in its frame, as CopyFramed makes it.
Values Framed(const ConvDims& d, const FramedConv& f, Values& input) {
  Values framed(InputSize(f.dims));
  for (int64_t b = 0; b < d.batch; ++b) {
    for (int64_t y = 0; y < f.dims.rows.in; ++y) {
      for (int64_t x = 0; x < f.dims.columns.in; ++x) {
        const int64_t row = y - f.front_rows, column = x - f.front_columns;
        if (row < 0 || row >= d.rows.in || column < 0 || column >= d.columns.in) continue;
        for (int64_t c = 0; c < d.in_channels; ++c) {
          framed.data()[((b * f.dims.rows.in + y) * f.dims.columns.in + x) * d.in_channels + c] =
              input.data()[((b * d.rows.in + row) * d.columns.in + column) * d.in_channels + c];
        }
      }
    }
  }
  return framed;
}

TEST(FramedConv, HasTheSamePaddingOnEitherSideAndTheSameResult) {
  std::mt19937 random(2);
  for (int i = 0; i < 500; ++i) {
    const ConvDims d = RandomDims(random, false);
    const FramedConv f(d);
    for (const WindowAxis* a : {&f.dims.rows, &f.dims.columns}) {
      ASSERT_EQ(a->before, a->after);
      ASSERT_GE(a->before, 0);
      ASSERT_GE(a->in, 1);
      ASSERT_EQ((a->in + 2 * a->before - a->extent()) / a->stride + 1, a->out);
    }
    Values input(InputSize(d), random), filter(FilterSize(d), random), expected(OutputSize(d)), result(OutputSize(d));
    ConvLoops<double>(d).Forward(input.data(), filter.data(), expected.data());
    Values framed = Framed(d, f, input);
    if (!f.framed) {
      ASSERT_EQ(framed.vector(), input.vector());
    }
    ConvLoops<double>(f.dims).Forward(framed.data(), filter.data(), result.data());
    ASSERT_EQ(result.vector(), expected.vector());
  }
}

TEST(FramedConv, LeavesSymmetricPaddingAndUnseenRestsAlone) {
  ConvDims d;
  d.batch = d.in_channels = d.out_channels = 1;
  d.rows = {28, 0, 3, 1, 1, 0, 0};
  d.columns = {9, 0, 2, 2, 1, 0, 0};
  ASSERT_TRUE(d.rows.Slide("SAME").ok());
  ASSERT_TRUE(d.columns.Slide("VALID").ok());
  EXPECT_FALSE(FramedConv(d).framed);
  d.rows = {224, 0, 3, 2, 1, 0, 0};
  ASSERT_TRUE(d.rows.Slide("SAME").ok());  // 0 before, 1 after
  EXPECT_TRUE(FramedConv(d).framed);
  EXPECT_EQ(FramedConv(d).dims.rows.in, 225);
}

TEST(ConvPlanKey, TellsPassesTypesAndShapesApart) {
  std::mt19937 random(3);
  const ConvDims dims = FramedConv(RandomDims(random, false)).dims;
  const ConvPlanKey key{ConvPass::kForward, DType::kFloat32, dims};
  ConvDims other = dims;
  ++other.rows.before;
  EXPECT_TRUE(
      absl::VerifyTypeImplementsAbslHashCorrectly({key, ConvPlanKey{ConvPass::kBackpropInput, DType::kFloat32, dims},
                                                   ConvPlanKey{ConvPass::kForward, DType::kFloat16, dims},
                                                   ConvPlanKey{ConvPass::kForward, DType::kFloat32, other}}));
  EXPECT_EQ(key, (ConvPlanKey{ConvPass::kForward, DType::kFloat32, dims}));
  EXPECT_FALSE(key == (ConvPlanKey{ConvPass::kForward, DType::kFloat32, other}));
}

}  // namespace
}  // namespace eager::server::cuda
