// Kernels of common/ops/nn_ops.cc.
#include "server/kernels/cpu/broadcast.h"
#include "server/kernels/cpu/channel_loops.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/number.h"
#include "server/kernels/cpu/reduce_loops.h"

namespace eager::server {
namespace {

// A tensor as (outer, channels, inner).
struct ChannelLayout {
  int64_t outer = 1, channels = 1, inner = 1;
  ChannelLayout(const Shape& shape, absl::string_view data_format) {
    const int axis = data_format == "NCHW" ? 1 : shape.rank() - 1;
    channels = shape[axis];
    for (int i = 0; i < axis; ++i) outer *= shape[i];
    for (int i = axis + 1; i < shape.rank(); ++i) inner *= shape[i];
  }
};

template <class T>
void AddRow(const T* x, const Wide<T>* bias, T* out, int64_t n) {
#pragma GCC ivdep
  for (int64_t i = 0; i < n; ++i) out[i] = Narrow<T>(Widen<Wide<T>>(x[i]) + bias[i]);
}

template <class T>
struct BiasAddKernel {
  static absl::Status Run(KernelContext& k) {
    using W = Wide<T>;
    const Tensor& value = k.input(0);
    if (value.num_elements() == 0) return absl::OkStatus();
    const ChannelLayout l(value.shape(), k.attr<std::string>("data_format"));
    const T *x = value.data<T>(), *bias = k.input(1).data<T>();
    T* out = k.output(0).mutable_data<T>();
    if (l.inner == 1) {  // the bias several times over, as one long row
      const int64_t pixels = PixelsPerRow(l.channels), width = pixels * l.channels;
      std::vector<W> row(static_cast<size_t>(width));
      for (int64_t i = 0; i < width; ++i) row[i] = Widen<W>(bias[i % l.channels]);
      const int64_t grain = std::max<int64_t>(1, kElementwiseGrain / width) * width;
      ParallelFor(value.num_elements(), grain, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; i += width) AddRow(x + i, row.data(), out + i, std::min(width, end - i));
      });
      return absl::OkStatus();
    }
    ParallelFor(l.outer * l.channels, std::max<int64_t>(1, kElementwiseGrain / l.inner),
                [&](int64_t begin, int64_t end) {
                  for (int64_t i = begin; i < end; ++i) {
                    const W b = Widen<W>(bias[i % l.channels]);
                    const T* from = x + i * l.inner;
                    T* to = out + i * l.inner;
                    for (int64_t j = 0; j < l.inner; ++j) to[j] = Narrow<T>(Widen<W>(from[j]) + b);
                  }
                });
    return absl::OkStatus();
  }
};

template <class T>
struct BiasAddGradKernel {
  static absl::Status Run(KernelContext& k) {
    using W = Wide<T>;
    using Acc = std::conditional_t<kIsFloat<T>, double, W>;
    const Tensor& in = k.input(0);
    const ChannelLayout l(in.shape(), k.attr<std::string>("data_format"));
    const T* x = in.data<T>();
    T* out = k.output(0).mutable_data<T>();
    if (l.inner == 1) {
      const std::vector<Acc> sums = SumChannels<W, Acc>(l.outer, l.channels, [&](int64_t at, W* totals, int64_t n) {
        const T* from = x + at;
#pragma GCC ivdep
        for (int64_t i = 0; i < n; ++i) totals[i] += Widen<W>(from[i]);
      });
      for (int64_t c = 0; c < l.channels; ++c) out[c] = Narrow<T>(sums[c]);
      return absl::OkStatus();
    }
    ParallelFor(l.channels, std::max<int64_t>(1, kReduceGrain / std::max<int64_t>(1, l.outer * l.inner)),
                [&](int64_t begin, int64_t end) {
                  for (int64_t c = begin; c < end; ++c) {
                    Acc sum = 0;
                    for (int64_t o = 0; o < l.outer; ++o) {
                      const T* row = x + (o * l.channels + c) * l.inner;
                      for (int64_t j = 0; j < l.inner; ++j) sum += Widen<W>(row[j]);
                    }
                    out[c] = Narrow<T>(sum);
                  }
                });
    return absl::OkStatus();
  }
};

template <class T>
struct L2LossKernel {
  static absl::Status Run(KernelContext& k) {
    using W = Wide<T>;
    const T* x = k.input(0).data<T>();
    const double sum = SumChannels<W, double>(k.input(0).num_elements(), 1, [&](int64_t at, W* totals, int64_t n) {
      const T* from = x + at;
#pragma GCC ivdep
      for (int64_t i = 0; i < n; ++i) {
        const W value = Widen<W>(from[i]);
        totals[i] += value * value;
      }
    })[0];
    *k.output(0).mutable_data<T>() = Narrow<T>(sum / 2);
    return absl::OkStatus();
  }
};

}  // namespace

std::vector<KernelRow> CpuNnKernels() {
  std::vector<KernelRow> rows;
  AddNumberRows<BiasAddKernel>(rows, "BiasAdd");
  AddNumberRows<BiasAddGradKernel>(rows, "BiasAddGrad");
  AddFloatRows<L2LossKernel>(rows, "L2Loss");
  return rows;
}

}  // namespace eager::server
