// Local response normalization at one position, the same on every device.
#pragma once

#include <cstdint>

#include "server/kernels/elementwise_fns.h"
#include "server/kernels/kernel.h"

namespace eager::server {

// The channels of one position, computed with in float.
struct LrnWindow {
  int64_t depth, radius;
  float bias, alpha, beta;

  explicit LrnWindow(const KernelContext& k)
      : LrnWindow(k.input(0).shape()[3], k.attr<int64_t>("depth_radius"), k.attr<float>("bias"),
                  k.attr<float>("alpha"), k.attr<float>("beta")) {}
  LrnWindow(int64_t channels, int64_t channels_aside, float b, float a, float exponent)
      : depth(channels), radius(channels_aside < channels ? channels_aside : channels), bias(b), alpha(a), beta(exponent) {}

  // The channels around c.
  EAGER_HOST_DEVICE int64_t begin(int64_t c) const { return c > radius ? c - radius : 0; }
  EAGER_HOST_DEVICE int64_t end(int64_t c) const { return c + radius + 1 < depth ? c + radius + 1 : depth; }

  // bias + alpha * the sum of squares around channel c, where in(i) is channel i.
  template <class In>
  EAGER_HOST_DEVICE float Norm(const In& in, int64_t c) const {
    float sum = 0;
    for (int64_t i = begin(c); i < end(c); ++i) {
      const float x = in(i);
      sum += x * x;
    }
    return bias + alpha * sum;
  }
  // The sum of in(i) around channel c.
  template <class In>
  EAGER_HOST_DEVICE float Sum(const In& in, int64_t c) const {
    float sum = 0;
    for (int64_t i = begin(c); i < end(c); ++i) sum += in(i);
    return sum;
  }

  EAGER_HOST_DEVICE float Scaled(float x, float norm) const { return x * std::pow(norm, -beta); }
  // dx[i] = Scaled(dy[i], norm[i]) + x[i] * the sum of Shared() over the channels around i.
  EAGER_HOST_DEVICE float Shared(float dy, float y, float norm) const { return -2 * alpha * beta * dy * y / norm; }
};

}  // namespace eager::server
