// Batch normalization of one channel and one element, and how channels are cut for sums: what host and devices share.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "absl/strings/match.h"
#include "common/shape.h"
#include "server/kernels/cuda/fast_divide.h"

namespace eager::server::cuda {

// A tensor as (outer, channels, inner). One channel, or channels that lie innermost, has one of the two forms alone.
struct ChannelView {
  int64_t outer = 1, channels = 1, inner = 1;

  ChannelView(const Shape& shape, absl::string_view data_format) {
    const int axis = absl::StartsWith(data_format, "NC") ? 1 : shape.rank() - 1;
    channels = shape[axis];
    for (int i = 0; i < axis; ++i) outer *= shape[i];
    for (int i = axis + 1; i < shape.rank(); ++i) inner *= shape[i];
    if (channels != 1) return;
    inner *= outer;
    outer = 1;
  }
  bool channels_last() const { return inner == 1; }
  int64_t per_channel() const { return outer * inner; }
  int64_t size() const { return outer * channels * inner; }
};

// How the sums over each channel are cut: block (x, y) adds up part y of the elements of some channels, each column of
// its threads one channel (or `lanes` neighbours), `rows` elements at a time. By the shapes alone, so that results do
// not depend on the GPU.
struct ChannelPlan {
  static constexpr int kThreads = 256;
  int64_t channels = 0, inner = 1, per_channel = 0;
  int columns = 1, rows = 1;
  int64_t blocks = 1, parts = 1;
  Divider by_inner;  // where a channel has fewer than 2^31 elements

  ChannelPlan(const ChannelView& v, int lanes) : channels(v.channels), inner(v.inner), per_channel(v.per_channel()) {
    constexpr int64_t kManyBlocks = 1024, kFewTurns = 8;
    const int64_t across = std::max<int64_t>(1, v.channels / lanes);
    columns = v.channels_last() ? static_cast<int>(std::min<int64_t>(kThreads, across)) : 1;
    rows = kThreads / columns;
    blocks = (across - 1) / columns + 1;
    parts = std::clamp<int64_t>(per_channel / (rows * kFewTurns), 1, std::max<int64_t>(1, kManyBlocks / blocks));
    if (IsShort() && inner > 0) by_inner = Divider(static_cast<uint32_t>(inner));
  }
  EAGER_HOST_DEVICE bool IsShort() const { return per_channel < (int64_t{1} << 31); }
  EAGER_HOST_DEVICE int64_t Begin(int64_t part) const { return per_channel * part / parts; }
  // Where element i of a channel lies.
  EAGER_HOST_DEVICE int64_t Offset(int64_t i, int64_t channel) const {
    if (inner == 1) return i * channels + channel;
    const int64_t line = IsShort() ? by_inner.Divide(static_cast<uint32_t>(i)) : i / inner;
    return (line * channels + channel) * inner + (i - line * inner);
  }
};

// Few enough elements to be added up in float.
inline constexpr int kRun = 16;

// Count, mean and sum of squared differences from the mean. Merged as by Chan, Golub and LeVeque, "Updating Formulae
// and a Pairwise Algorithm for Computing Sample Variances" (1979).
struct Moments {
  double count, mean, squares;

  EAGER_HOST_DEVICE void Merge(const Moments& o) {
    if (o.count == 0) return;
    const double all = count + o.count, share = o.count / all, delta = o.mean - mean;
    mean += delta * share;
    squares += o.squares + delta * delta * count * share;
    count = all;
  }
};

// The moments of up to kRun values, as differences from the first: no digits are lost that the values' own spread would
// not lose as well.
struct MomentsRun {
  float first, sum, squares;
  int count;

  EAGER_HOST_DEVICE void Add(float x) {
    if (count++ == 0) first = x;
    const float d = x - first;
    sum += d;
    squares += d * d;
  }
  EAGER_HOST_DEVICE Moments Done() const {
    const double n = count, s = sum;
    const double rest = squares - s * s / n;
    return {n, first + s / n, rest < 0 ? 0 : rest};
  }
};

// Sums of a gradient, and of its product with what it belongs to.
struct Products {
  double sum, along;

  EAGER_HOST_DEVICE void Merge(const Products& o) {
    sum += o.sum;
    along += o.along;
  }
};
struct ProductsRun {
  float sum, along;

  EAGER_HOST_DEVICE void Add(float dy, float x) {
    sum += dy;
    along += dy * x;
  }
  EAGER_HOST_DEVICE Products Done() const { return {sum, along}; }
};

// What is known of a channel before its elements are normalized. Rows of `coefficients` hold one number a channel.
struct BatchNormChannel {
  const float *scale, *offset, *given_mean, *given_variance;  // the op's inputs
  float epsilon, average_factor;
  bool training;
  int64_t channels, per_channel;
  float *mean, *variance, *saved_mean, *saved_variance;  // its outputs
  float* coefficients;                                   // 3 rows

  EAGER_HOST_DEVICE void operator()(int64_t c, const Moments& m) const {
    if (per_channel == 0) {  // there are no statistics of nothing
      mean[c] = variance[c] = std::numeric_limits<float>::quiet_NaN();
      saved_mean[c] = saved_variance[c] = 0;
      return;
    }
    const auto n = static_cast<double>(per_channel);
    const double center = training ? m.mean : given_mean[c];
    const double spread = training ? m.squares / n : given_variance[c];
    double next_mean = center, next_variance = spread;
    if (training) {  // what moves the running statistics has the unbiased variance
      next_variance = spread * n / (n > 2 ? n - 1 : 1.0);
      const double share = average_factor;
      if (share != 1) {
        next_mean = (1 - share) * given_mean[c] + share * next_mean;
        next_variance = (1 - share) * given_variance[c] + share * next_variance;
      }
    }
    mean[c] = static_cast<float>(next_mean);
    variance[c] = static_cast<float>(next_variance);
    saved_mean[c] = static_cast<float>(center);
    saved_variance[c] = static_cast<float>(spread);
    coefficients[c] = static_cast<float>(center);
    coefficients[channels + c] = static_cast<float>(scale[c] / std::sqrt(spread + epsilon));
    coefficients[2 * channels + c] = offset[c];
  }
};

struct BatchNormFn {
  static constexpr int kCoefficients = 3;
  EAGER_HOST_DEVICE float operator()(float x, float mean, float factor, float offset) const {
    return (x - mean) * factor + offset;
  }
};

// The same of the gradient: dx = factor (dy - mean of dy - (x - mean) slope).
struct BatchNormGradChannel {
  const float *scale, *mean, *variance;  // the op's inputs
  float epsilon;
  bool training;
  int64_t channels, per_channel;
  float *dscale, *doffset;  // its outputs
  float* coefficients;      // 4 rows

  EAGER_HOST_DEVICE void operator()(int64_t c, const Products& p) const {
    const double n = per_channel < 1 ? 1.0 : static_cast<double>(per_channel);
    const double r = 1 / std::sqrt(variance[c] + epsilon), along = p.along * r;
    dscale[c] = static_cast<float>(along);
    doffset[c] = static_cast<float>(p.sum);
    coefficients[c] = mean[c];
    coefficients[channels + c] = static_cast<float>(scale[c] * r);
    coefficients[2 * channels + c] = training ? static_cast<float>(p.sum / n) : 0.0f;
    coefficients[3 * channels + c] = training ? static_cast<float>(r * along / n) : 0.0f;
  }
};

struct BatchNormGradFn {
  static constexpr int kCoefficients = 4;
  EAGER_HOST_DEVICE float operator()(float dy, float x, float mean, float factor, float mean_dy, float slope) const {
    return factor * (dy - mean_dy - (x - mean) * slope);
  }
};

}  // namespace eager::server::cuda
