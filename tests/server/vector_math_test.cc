// Vectorised functions of float beside those of double in the C library, for arguments of every size and kind.

#include "server/kernels/cpu/vector_math.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

namespace eager::server {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// Floats from all over their range: every kStride-th bit pattern.
constexpr uint64_t kStride = 16411;
std::vector<float> Arguments() {
  std::vector<float> x = {0.f, -0.f, 1.f, -1.f, kInf, -kInf, kNan, 88.7228f, 88.7229f, -87.33f, -103.97f, -104.f, 0x1p-149f};
  for (uint64_t bits = 0; bits < uint64_t{1} << 32; bits += kStride) x.push_back(FloatOf(static_cast<uint32_t>(bits)));
  for (int i = -40000; i <= 40000; ++i) x.push_back(static_cast<float>(i) / 2048);
  return x;
}

// In units of the last place of a float of the exact value's size.
double Error(float got, double want) {
  if (std::isnan(want) || std::isnan(got)) return std::isnan(want) == std::isnan(got) ? 0 : HUGE_VAL;
  const auto nearest = static_cast<float>(want);
  if (got == nearest) return std::signbit(got) == std::signbit(nearest) ? 0 : HUGE_VAL;
  if (std::isinf(got) || std::isinf(nearest)) {  // but for the largest of all, which may round either way
    return std::fabs(want) < 0x1.fffffp127 || std::fabs(got) < 0x1.fffffp127f ? HUGE_VAL : 1;
  }
  int exponent;
  std::frexp(want, &exponent);
  return std::fabs(got - want) / std::ldexp(1.0, std::max(exponent - 24, -149));
}

struct Case {
  const char* name;
  double (*want)(double);
  void (*run)(const float* x, float* out, int64_t n);       // as kernels do
  void (*fused)(const float* x, float* out, int64_t n);     // what that should give on a recent processor
  void (*separate)(const float* x, float* out, int64_t n);  // and on an old one
};

template <class F>
Case Of(const char* name, double (*want)(double)) {
  return {name, want, [](const float* x, float* out, int64_t n) { RunFloatLoop(F(), x, out, n); },
          [](const float* x, float* out, int64_t n) {
            for (int64_t i = 0; i < n; ++i) out[i] = F::template At<Fused>(x[i]);
          },
          [](const float* x, float* out, int64_t n) { FloatLoop<Separate>(F(), x, out, n); }};
}

double Sigmoid(double x) {
  // The power alone overflows where the result would be below every normal number: then it is 0.
  return x < -88.8 ? 0 : 1 / (1 + std::exp(-x));
}
double Softplus(double x) { return std::isnan(x) ? x : std::fmax(x, 0) + std::log1p(std::exp(-std::fabs(x))); }
double Elu(double x) { return x < 0 ? std::expm1(x) : x; }
double Selu(double x) { return x < 0 ? kSeluScaleAlpha<float> * std::expm1(x) : kSeluScale<float> * x; }

const Case kCases[] = {
    Of<VectorExp>("exp", [](double x) { return std::exp(x); }),
    Of<VectorExpm1>("expm1", [](double x) { return std::expm1(x); }),
    Of<VectorLog>("log", [](double x) { return std::log(x); }),
    Of<VectorLog1p>("log1p", [](double x) { return std::log1p(x); }),
    Of<VectorTanh>("tanh", [](double x) { return std::tanh(x); }),
    Of<VectorErf>("erf", [](double x) { return std::erf(x); }),
    Of<VectorSigmoid>("sigmoid", &Sigmoid),
    Of<VectorSoftplus>("softplus", &Softplus),
    Of<VectorElu>("elu", &Elu),
    Of<VectorSelu>("selu", &Selu),
};

void ExpectClose(const Case& c, const std::vector<float>& x, const std::vector<float>& got, const char* which) {
  double worst = 0;
  float at = 0, there = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    double error = Error(got[i], c.want(x[i]));
    if (c.want == &Sigmoid && x[i] < -87.f && std::fabs(got[i]) < 0x1p-125f) error = 0;  // see there
    if (error > worst) worst = error, at = x[i], there = got[i];
  }
  EXPECT_LE(worst, 3) << c.name << " (" << which << ") of " << at << " is " << there;
}

TEST(VectorMath, IsCloseToTheExactResult) {
  const std::vector<float> x = Arguments();
  std::vector<float> got(x.size());
  for (const Case& c : kCases) {
    c.run(x.data(), got.data(), static_cast<int64_t>(x.size()));
    ExpectClose(c, x, got, "as run here");
    c.fused(x.data(), got.data(), static_cast<int64_t>(x.size()));
    ExpectClose(c, x, got, "fused");
    c.separate(x.data(), got.data(), static_cast<int64_t>(x.size()));
    ExpectClose(c, x, got, "separate");
  }
}

TEST(VectorMath, SinesAreCloseToTheExactResult) {
  std::vector<float> x;
  for (float v : Arguments()) {
    if (std::fabs(v) <= VectorSine<0>::kMost) x.push_back(v);
  }
  for (int n = 1; n < 5000; ++n) {  // next to where one of them is 0
    const auto zero = static_cast<float>(n * 1.57079632679489662);
    x.insert(x.end(), {zero, std::nextafter(zero, 0.f), std::nextafter(zero, kInf), -zero});
  }
  std::vector<float> got(x.size());
  const Case sine{"sin", [](double v) { return std::sin(v); }, nullptr, nullptr, nullptr};
  for (size_t i = 0; i < x.size(); ++i) got[i] = VectorSine<0>::At<Fused>(x[i]);
  ExpectClose(sine, x, got, "fused");
  const Case cosine{"cos", [](double v) { return std::cos(v); }, nullptr, nullptr, nullptr};
  for (size_t i = 0; i < x.size(); ++i) got[i] = VectorSine<1>::At<Fused>(x[i]);
  ExpectClose(cosine, x, got, "fused");
}

// However many elements, and over its input as well; whatever vectors the processor has.
TEST(VectorMath, GivesEveryElementTheSameResult) {
  std::vector<float> x;
  for (int i = 0; i < 1000; ++i) x.push_back(static_cast<float>(i - 500) * 0.037f);
  for (const Case& c : kCases) {
    std::vector<float> fused(x.size()), separate(x.size());
    c.fused(x.data(), fused.data(), 1000);
    c.separate(x.data(), separate.data(), 1000);
    for (int64_t n : {1, 2, 15, 16, 17, 31, 33, 100, 1000}) {
      std::vector<float> got(x.begin(), x.begin() + n);
      c.run(got.data(), got.data(), n);
      const auto bytes = static_cast<size_t>(n) * sizeof(float);
      EXPECT_TRUE(std::memcmp(got.data(), fused.data(), bytes) == 0 || std::memcmp(got.data(), separate.data(), bytes) == 0)
          << c.name << " of " << n;
    }
  }
}

TEST(VectorMath, SaysWhatIsNoNumber) {
  const auto at = [](const char* name, float x) {
    for (const Case& c : kCases) {
      if (std::string(c.name) == name) c.run(&x, &x, 1);
    }
    return x;
  };
  for (const Case& c : kCases) EXPECT_TRUE(std::isnan(at(c.name, kNan))) << c.name;
  EXPECT_EQ(at("exp", kInf), kInf);
  EXPECT_EQ(at("exp", -kInf), 0);
  EXPECT_EQ(at("expm1", kInf), kInf);
  EXPECT_EQ(at("expm1", -kInf), -1);
  EXPECT_EQ(at("log", 0), -kInf);
  EXPECT_EQ(at("log", -0.f), -kInf);
  EXPECT_EQ(at("log", kInf), kInf);
  EXPECT_TRUE(std::isnan(at("log", -1)));
  EXPECT_EQ(at("log1p", -1), -kInf);
  EXPECT_TRUE(std::isnan(at("log1p", -1.5f)));
  EXPECT_TRUE(std::isnan(at("log1p", -kInf)));
  EXPECT_EQ(at("log1p", kInf), kInf);
  EXPECT_EQ(at("tanh", kInf), 1);
  EXPECT_EQ(at("tanh", -kInf), -1);
  EXPECT_EQ(at("erf", kInf), 1);
  EXPECT_EQ(at("erf", -kInf), -1);
  EXPECT_EQ(at("sigmoid", -kInf), 0);
  EXPECT_EQ(at("softplus", kInf), kInf);
  EXPECT_EQ(at("softplus", -kInf), 0);
  for (const char* name : {"expm1", "log1p", "tanh", "erf", "elu", "selu"}) {
    EXPECT_TRUE(std::signbit(at(name, -0.f)) && at(name, -0.f) == 0) << name;
    EXPECT_TRUE(!std::signbit(at(name, 0.f)) && at(name, 0.f) == 0) << name;
    EXPECT_GT(at(name, 0x1p-130f), 0) << name;
  }
}

}  // namespace
}  // namespace eager::server
