// Stateful random ops whose distributions depend on a tensor: Multinomial, RandomGamma, RandomPoissonV2. Each number is
// made from blocks of its own, in TensorFlow's order, so that its results are TensorFlow's and any thread may make it.
#include <algorithm>
#include <cmath>
#include <limits>
#include <unsupported/Eigen/SpecialFunctions>
#include <vector>

#include "common/visit_dtype.h"
#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/elementwise_loops.h"
#include "server/kernels/cpu/number.h"
#include "server/kernels/cpu/random_fill.h"
#include "server/kernels/random_generators.h"

namespace eager::server {
namespace {

// Blocks that are set aside for each number.
constexpr uint64_t kBlocksPerNumber = 256;
constexpr int64_t kGrain = 256;

// Numbers of a block, the last one first; a new block where it is used up. Uniform numbers and normal ones each have
// a block at hand, which they take from the same sequence. In double, whatever the dtype.
template <bool kNormal>
class Numbers {
 public:
  double Next(Philox& from) {
    if (left_ == 0) {
      const Philox::Block block = from.Next();
      left_ = kGroupOf<double>;
      if constexpr (kNormal) {
        Normals<double>(block.data(), 1, numbers_);
      } else {
        for (int i = 0; i < left_; ++i) numbers_[i] = UniformAt<double>(block.data(), i);
      }
    }
    return numbers_[--left_];
  }

 private:
  double numbers_[kGroupOf<double>];
  int left_ = 0;
};

// Calls make(place, parameter) for every sample of every parameter, the place being that of the sample's own blocks:
// samples of one parameter follow each other there, and lie `parameters` apart in the output.
template <class Make>
void ForSamples(KernelContext& k, const Philox& from, int64_t parameters, Make make) {
  const int64_t total = k.output(0).num_elements(), samples = parameters == 0 ? 0 : total / parameters;
  ParallelFor(total, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t parameter = i / samples, sample = i % samples;
      make(from.At(kBlocksPerNumber * static_cast<uint64_t>(i)), parameter, sample * parameters + parameter);
    }
  });
}

// Marsaglia and Tsang, "A simple method for generating gamma variables" (2000); below 1 by a power of a uniform number.
// What alpha is no shape of a distribution gives what the formula makes of it.
double Gamma(Philox from, double alpha) {
  if (alpha == 1) return -std::log1p(-Numbers<false>().Next(from));  // an exponential distribution
  const bool boosted = alpha < 1;
  const double d = alpha + (boosted ? 2.0 / 3 : -1.0 / 3), c = 1.0 / 3 / std::sqrt(d);
  Numbers<true> normals;
  Numbers<false> uniforms;
  while (true) {
    const double x = normals.Next(from);
    double v = 1 + c * x;
    if (v <= 0) continue;
    v = v * v * v;
    const double u = uniforms.Next(from);
    if (u < 1 - 0.0331 * (x * x) * (x * x) || std::log(u) < 0.5 * x * x + d * (1 - v + std::log(v))) {
      const double result = d * v;
      return boosted ? result * std::pow(uniforms.Next(from), 1 / alpha) : result;
    }
  }
}

template <class T>
struct GammaKernel {
  static absl::Status Run(KernelContext& k) {
    const Tensor& alpha = k.input(1);
    const T* alphas = alpha.data<T>();
    T* out = k.output(0).mutable_data<T>();
    if (k.output(0).num_elements() == 0) return absl::OkStatus();
    const Philox from = ReserveForOutput(k);
    ForSamples(k, from, alpha.num_elements(), [&](const Philox& place, int64_t parameter, int64_t to) {
      out[to] = Narrow<T>(Gamma(place, Widen<double>(alphas[parameter])));
    });
    return absl::OkStatus();
  }
};

// By how much a number that was drawn grows with alpha.
struct RandomGammaGradFn {
  static constexpr absl::string_view kName = "RandomGammaGrad";
  template <class T>
  T operator()(T alpha, T sample) const {
    return Eigen::numext::gamma_sample_der_alpha(alpha, sample);
  }
};

// Knuth's product of uniform numbers for small rates, Hoermann's "The transformed rejection method for generating
// Poisson random variables" (1993) for others.
class Poisson {
 public:
  explicit Poisson(double rate)
      : rate_(rate),
        threshold_(std::exp(-rate)),
        log_rate_(std::log(rate)),
        b_(0.931 + 2.53 * std::sqrt(rate)),
        a_(-0.059 + 0.02483 * b_),
        inverse_alpha_(1.1239 + 1.1328 / (b_ - 3.4)) {}

  double Draw(Philox from) const {
    if (!std::isfinite(rate_)) return std::numeric_limits<double>::quiet_NaN();
    return rate_ < 10 ? Product(from) : Rejection(from);
  }

 private:
  double Product(Philox& from) const {
    Numbers<false> uniforms;
    double product = 1;
    for (double x = 0;; x += 1) {
      product = product * uniforms.Next(from);
      if (product <= threshold_) return x;
    }
  }
  double Rejection(Philox& from) const {
    Numbers<false> uniforms;
    while (true) {
      const double u = uniforms.Next(from) - 0.5, v = uniforms.Next(from);
      const double shifted = 0.5 - std::abs(u);
      const double k = std::floor((2 * a_ / shifted + b_) * u + rate_ + 0.43);
      if (shifted >= 0.07 && v <= 0.9277 - 3.6224 / (b_ - 2)) return k;
      if (k < 0 || (shifted < 0.013 && v > shifted)) continue;
      const double s = std::log(v * inverse_alpha_ / (a_ / (shifted * shifted) + b_));
      if (s <= -rate_ + k * log_rate_ - std::lgamma(k + 1)) return k;
    }
  }

  double rate_, threshold_, log_rate_, b_, a_, inverse_alpha_;
};

// A count as an element of T; one that T has no number for becomes the lowest, as processors have it.
template <class T>
T Count(double count) {
  if constexpr (std::is_integral_v<T>) {
    constexpr double kLimit = static_cast<double>(std::numeric_limits<T>::max());
    return count < kLimit && count >= 0 ? static_cast<T>(count) : count == count ? std::numeric_limits<T>::min() : T(0);
  } else {
    return Narrow<T>(count);
  }
}

template <class R, class T>
void DrawPoisson(KernelContext& k, const Philox& from) {
  const R* rates = k.input(1).data<R>();
  T* out = k.output(0).mutable_data<T>();
  ForSamples(k, from, k.input(1).num_elements(), [&](const Philox& place, int64_t parameter, int64_t to) {
    out[to] = Count<T>(Poisson(Widen<double>(rates[parameter])).Draw(place));
  });
}

template <class T>
struct PoissonKernel {
  static absl::Status Run(KernelContext& k) {
    if (k.output(0).num_elements() == 0) return absl::OkStatus();
    const Philox from = ReserveForOutput(k);
    VisitDType(
        k.input(1).dtype(),
        [&]<class R>() {
          if constexpr (!std::is_same_v<R, bool>) DrawPoisson<R, T>(k, from);
          return true;
        },
        [] { return false; });
    return absl::OkStatus();
  }
};

template <class T, class Index>
void DrawClasses(KernelContext& k, const Philox& start) {
  const Tensor& logits = k.input(0);
  const int64_t rows = logits.shape()[0], classes = logits.shape()[1], samples = k.output(0).shape()[1];
  Index* out = k.output(0).mutable_data<Index>();
  ParallelFor(rows, 1, [&](int64_t begin, int64_t end) {
    std::vector<double> sums(static_cast<size_t>(classes));
    for (int64_t row = begin; row < end; ++row) {
      const T* logit = logits.data<T>() + row * classes;
      double most = static_cast<double>(std::numeric_limits<float>::lowest());
      for (int64_t j = 0; j < classes; ++j) {
        const double x = Widen<double>(logit[j]);
        if (std::isfinite(x)) most = std::max(most, x);
      }
      double total = 0;
      for (int64_t j = 0; j < classes; ++j) {
        const double x = Widen<double>(logit[j]);
        if (std::isfinite(x)) total += std::exp(x - most);
        sums[static_cast<size_t>(j)] = total;
      }
      // Two numbers a block, and each row goes on where the one before it left off.
      Philox::Block block = start.At(static_cast<uint64_t>(row * samples / 2)).Next();
      for (int64_t i = row * samples; i < (row + 1) * samples; ++i) {
        if (i % 2 == 0) block = start.At(static_cast<uint64_t>(i / 2)).Next();
        const double u = UniformAt<double>(block.data(), i % 2);
        const auto found = std::upper_bound(sums.begin(), sums.end(), u * total);
        out[i] = static_cast<Index>(found - sums.begin());
      }
    }
  });
}

template <class T>
struct MultinomialKernel {
  static absl::Status Run(KernelContext& k) {
    const Tensor& out = k.output(0);
    if (out.num_elements() == 0) return absl::OkStatus();
    const uint64_t rounded = static_cast<uint64_t>(out.shape()[1] + 3) / 4 * 8;
    const Philox start = Reserve(k, static_cast<uint64_t>(out.shape()[0]) * rounded * kBlocksPerNumber);
    out.dtype() == DType::kInt32 ? DrawClasses<T, int32_t>(k, start) : DrawClasses<T, int64_t>(k, start);
    return absl::OkStatus();
  }
};

}  // namespace

std::vector<KernelRow> CpuDistributionKernels() {
  std::vector<KernelRow> rows;
  AddFloatRows<MultinomialKernel>(rows, "Multinomial");
  AddRows<GammaKernel, float, double, Float16>(rows, "RandomGamma");
  AddBinary<RandomGammaGradFn>(rows, "RandomGammaGrad", Types<float, double>());
  AddRows<PoissonKernel, Float16, float, double, int32_t, int64_t>(rows, "RandomPoissonV2");
  return rows;
}

}  // namespace eager::server
