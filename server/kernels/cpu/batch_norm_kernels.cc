// Kernels of common/ops/norm_ops.cc: statistics of each channel in double, the rest in float.
#include <cmath>

#include "server/kernels/cpu/channel_loops.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/number.h"

namespace eager::server {
namespace {

using Channels = std::vector<double>;

absl::Status OnlyFloatStatistics(const KernelContext& k) {
  if (k.attr<DType>("U") == DType::kFloat32) return absl::OkStatus();
  return absl::UnimplementedError("only statistics in float32 are supported on the CPU");
}

Channels Values(const Tensor& t) { return {t.data<float>(), t.data<float>() + t.num_elements()}; }
void Store(const Channels& values, const Tensor& t) { std::copy(values.begin(), values.end(), t.mutable_data<float>()); }

// Mean and biased variance.
template <class T>
void Measure(const ChannelLayout& l, const T* x, Channels& mean, Channels& variance) {
  const auto n = static_cast<double>(l.per_channel());
  mean = SumChannels<float, double>(l, [=](int64_t i, int64_t) { return Widen<float>(x[i]); });
  for (double& m : mean) m /= n;
  const std::vector<float> row = Tile<float>(l, mean);
  const float* center = row.data();
  variance = SumChannels<float, double>(l, [=](int64_t i, int64_t j) {
    const float d = Widen<float>(x[i]) - center[j];
    return d * d;
  });
  for (double& v : variance) v /= n;
}

template <class T>
struct BatchNormKernel {
  static absl::Status Run(KernelContext& k) {
    if (absl::Status s = OnlyFloatStatistics(k); !s.ok()) return s;
    const ChannelLayout l(k.input(0).shape(), k.attr<std::string>("data_format"));
    const T* x = k.input(0).data<T>();
    *k.output(5).mutable_data<float>() = 0;
    const bool training = k.attr<bool>("is_training");
    if (l.per_channel() == 0) {  // there are no statistics of nothing
      for (int i : {1, 2}) Store(Channels(static_cast<size_t>(l.channels), std::nan("")), k.output(i));
      for (int i : {3, 4}) Store(Channels(static_cast<size_t>(l.channels), 0), k.output(i));
      return absl::OkStatus();
    }
    Channels mean, variance;
    if (training) {
      Measure(l, x, mean, variance);
      StoreRunning(k, l, mean, variance);
    } else {
      mean = Values(k.input(3));
      variance = Values(k.input(4));
      Store(mean, k.output(1));
      Store(variance, k.output(2));
    }
    Store(mean, k.output(3));
    Store(variance, k.output(4));
    Channels factor(mean.size());
    for (size_t c = 0; c < factor.size(); ++c) {
      factor[c] = k.input(1).data<float>()[c] / std::sqrt(variance[c] + k.attr<float>("epsilon"));
    }
    const std::vector<float> means = Tile<float>(l, mean), factors = Tile<float>(l, factor),
                             offsets = Tile<float>(l, Values(k.input(2)));
    const float *m = means.data(), *f = factors.data(), *b = offsets.data();
    T* y = k.output(0).mutable_data<T>();
    ForChannels(l, [=](int64_t i, int64_t j) { y[i] = Narrow<T>((Widen<float>(x[i]) - m[j]) * f[j] + b[j]); });
    return absl::OkStatus();
  }

  // What moves the running statistics: the batch's, the variance unbiased, mixed into the given ones.
  static void StoreRunning(KernelContext& k, const ChannelLayout& l, const Channels& mean, const Channels& variance) {
    const auto n = static_cast<double>(l.per_channel());
    const double share = k.attr<float>("exponential_avg_factor");
    for (size_t c = 0; c < mean.size(); ++c) {
      double m = mean[c], v = variance[c] * n / std::max(1.0, n - 1);
      if (share != 1) {
        m = (1 - share) * k.input(3).data<float>()[c] + share * m;
        v = (1 - share) * k.input(4).data<float>()[c] + share * v;
      }
      k.output(1).mutable_data<float>()[c] = static_cast<float>(m);
      k.output(2).mutable_data<float>()[c] = static_cast<float>(v);
    }
  }
};

// With xc = x - mean, r = 1 / sqrt(variance + epsilon), n elements a channel:
//   doffset = sum(dy), dscale = r sum(dy xc), dx = scale r (dy - doffset / n - xc r dscale / n);
// with fixed statistics dx = scale r dy.
template <class T>
struct BatchNormGradKernel {
  static absl::Status Run(KernelContext& k) {
    if (absl::Status s = OnlyFloatStatistics(k); !s.ok()) return s;
    const ChannelLayout l(k.input(1).shape(), k.attr<std::string>("data_format"));
    const T *dy = k.input(0).data<T>(), *x = k.input(1).data<T>();
    const std::vector<float> means = Tile<float>(l, Values(k.input(3)));
    const float* m = means.data();
    const Channels sum = SumChannels<float, double>(l, [=](int64_t i, int64_t) { return Widen<float>(dy[i]); });
    Channels slope = SumChannels<float, double>(
        l, [=](int64_t i, int64_t j) { return Widen<float>(dy[i]) * (Widen<float>(x[i]) - m[j]); });
    const bool training = k.attr<bool>("is_training");
    const auto n = static_cast<double>(std::max<int64_t>(1, l.per_channel()));
    Channels factor(sum.size()), mean_dy(sum.size()), along_x(sum.size());
    for (size_t c = 0; c < sum.size(); ++c) {
      const double r = 1 / std::sqrt(k.input(4).data<float>()[c] + k.attr<float>("epsilon"));
      slope[c] *= r;
      factor[c] = k.input(2).data<float>()[c] * r;
      if (!training) continue;
      mean_dy[c] = sum[c] / n;
      along_x[c] = r * slope[c] / n;
    }
    Store(slope, k.output(1));
    Store(sum, k.output(2));
    const std::vector<float> factors = Tile<float>(l, factor), means_dy = Tile<float>(l, mean_dy),
                             slopes = Tile<float>(l, along_x);
    const float *f = factors.data(), *d = means_dy.data(), *s = slopes.data();
    T* dx = k.output(0).mutable_data<T>();
    ForChannels(l, [=](int64_t i, int64_t j) {
      dx[i] = Narrow<T>(f[j] * (Widen<float>(dy[i]) - d[j] - (Widen<float>(x[i]) - m[j]) * s[j]));
    });
    return absl::OkStatus();
  }
};

}  // namespace

std::vector<KernelRow> CpuBatchNormKernels() {
  std::vector<KernelRow> rows;
  AddRows<BatchNormKernel, float, Float16, BFloat16>(rows, "FusedBatchNormV3");
  AddRows<BatchNormGradKernel, float, Float16, BFloat16>(rows, "FusedBatchNormGradV3");
  return rows;
}

}  // namespace eager::server
