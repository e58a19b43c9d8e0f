// Local response normalization, one position's channels at a time, computed in float.

#include <algorithm>
#include <cmath>
#include <vector>

#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cpu/number.h"

namespace eager::server {
namespace {

struct LrnRow {
  explicit LrnRow(KernelContext& k)
      : depth(k.input(0).shape()[3]), radius(std::min(k.attr<int64_t>("depth_radius"), depth)),
        bias(k.attr<float>("bias")), alpha(k.attr<float>("alpha")), beta(k.attr<float>("beta")) {}

  int64_t begin(int64_t c) const { return std::max<int64_t>(0, c - radius); }
  int64_t end(int64_t c) const { return std::min(depth, c + radius + 1); }

  // bias + alpha * the sum of squares around channel c.
  float Norm(const float* in, int64_t c) const {
    float sum = 0;
    for (int64_t i = begin(c); i < end(c); ++i) sum += in[i] * in[i];
    return bias + alpha * sum;
  }

  int64_t depth, radius;
  float bias, alpha, beta;
};

template <class T>
void LoadRow(const T* from, std::vector<float>& to) {
  for (size_t i = 0; i < to.size(); ++i) to[i] = Widen<float>(from[i]);
}

int64_t Positions(const Tensor& t) { return Extent(t.shape(), 0, 3); }

template <class T>
struct LrnKernel {
  static absl::Status Run(KernelContext& k) {
    const LrnRow row(k);
    if (k.output(0).num_elements() == 0) return absl::OkStatus();
    const T* in = k.input(0).data<T>();
    T* out = k.output(0).mutable_data<T>();
    ParallelFor(Positions(k.input(0)), MoveGrain(row.depth * 64), [&](int64_t first, int64_t last) {
      std::vector<float> x(static_cast<size_t>(row.depth));
      for (int64_t p = first; p < last; ++p) {
        LoadRow(in + p * row.depth, x);
        for (int64_t c = 0; c < row.depth; ++c) {
          out[p * row.depth + c] = Narrow<T>(x[c] * std::pow(row.Norm(x.data(), c), -row.beta));
        }
      }
    });
    return absl::OkStatus();
  }
};

// dx[i] = dy[i] * norm[i]^-beta - 2 alpha beta x[i] * the sum of dy[c] * y[c] / norm[c] over the channels c around i.
template <class T>
struct LrnGradKernel {
  static absl::Status Run(KernelContext& k) {
    const LrnRow row(k);
    if (k.output(0).num_elements() == 0) return absl::OkStatus();
    const T *dy = k.input(0).data<T>(), *in = k.input(1).data<T>(), *out = k.input(2).data<T>();
    T* dx = k.output(0).mutable_data<T>();
    const float factor = -2 * row.alpha * row.beta;
    ParallelFor(Positions(k.input(0)), MoveGrain(row.depth * 128), [&](int64_t first, int64_t last) {
      const size_t depth = static_cast<size_t>(row.depth);
      std::vector<float> x(depth), y(depth), g(depth), own(depth);
      for (int64_t p = first; p < last; ++p) {
        LoadRow(in + p * row.depth, x);
        LoadRow(out + p * row.depth, y);
        LoadRow(dy + p * row.depth, g);
        for (int64_t c = 0; c < row.depth; ++c) {
          const float norm = row.Norm(x.data(), c);
          own[c] = g[c] * std::pow(norm, -row.beta);
          y[c] = factor * g[c] * y[c] / norm;
        }
        for (int64_t i = 0; i < row.depth; ++i) {
          float shared = 0;
          for (int64_t c = row.begin(i); c < row.end(i); ++c) shared += y[c];
          dx[p * row.depth + i] = Narrow<T>(own[i] + x[i] * shared);
        }
      }
    });
    return absl::OkStatus();
  }
};

}  // namespace

// As on TensorFlow's CPU, none for bfloat16.
std::vector<KernelRow> CpuLrnKernels() {
  std::vector<KernelRow> rows;
  AddRows<LrnKernel, float, Float16>(rows, "LRN");
  AddRows<LrnGradKernel, float, Float16>(rows, "LRNGrad");
  return rows;
}

}  // namespace eager::server
