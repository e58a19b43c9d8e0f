// Local response normalization, one position's channels at a time, computed in float.

#include <vector>

#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cpu/number.h"
#include "server/kernels/lrn_fns.h"

namespace eager::server {
namespace {

// The values of a row as LrnWindow reads them.
auto Channels(const std::vector<float>& row) {
  return [values = row.data()](int64_t i) { return values[i]; };
}

template <class T>
void LoadRow(const T* from, std::vector<float>& to) {
  for (size_t i = 0; i < to.size(); ++i) to[i] = Widen<float>(from[i]);
}

int64_t Positions(const Tensor& t) { return Extent(t.shape(), 0, 3); }

template <class T>
struct LrnKernel {
  static absl::Status Run(KernelContext& k) {
    const LrnWindow row(k);
    if (k.output(0).num_elements() == 0) return absl::OkStatus();
    const T* in = k.input(0).data<T>();
    T* out = k.output(0).mutable_data<T>();
    ParallelFor(Positions(k.input(0)), MoveGrain(row.depth * 64), [&](int64_t first, int64_t last) {
      std::vector<float> x(static_cast<size_t>(row.depth));
      for (int64_t p = first; p < last; ++p) {
        LoadRow(in + p * row.depth, x);
        for (int64_t c = 0; c < row.depth; ++c) {
          out[p * row.depth + c] = Narrow<T>(row.Scaled(x[c], row.Norm(Channels(x), c)));
        }
      }
    });
    return absl::OkStatus();
  }
};

template <class T>
struct LrnGradKernel {
  static absl::Status Run(KernelContext& k) {
    const LrnWindow row(k);
    if (k.output(0).num_elements() == 0) return absl::OkStatus();
    const T *dy = k.input(0).data<T>(), *in = k.input(1).data<T>(), *out = k.input(2).data<T>();
    T* dx = k.output(0).mutable_data<T>();
    ParallelFor(Positions(k.input(0)), MoveGrain(row.depth * 128), [&](int64_t first, int64_t last) {
      const size_t depth = static_cast<size_t>(row.depth);
      std::vector<float> x(depth), y(depth), g(depth), own(depth);
      for (int64_t p = first; p < last; ++p) {
        LoadRow(in + p * row.depth, x);
        LoadRow(out + p * row.depth, y);
        LoadRow(dy + p * row.depth, g);
        for (int64_t c = 0; c < row.depth; ++c) {
          const float norm = row.Norm(Channels(x), c);
          own[c] = row.Scaled(g[c], norm);
          y[c] = row.Shared(g[c], y[c], norm);
        }
        for (int64_t i = 0; i < row.depth; ++i) {
          dx[p * row.depth + i] = Narrow<T>(own[i] + x[i] * row.Sum(Channels(y), i));
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
