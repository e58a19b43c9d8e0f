// Kernels of common/ops/nn_ops.cc.
#include "server/kernels/cpu/channel_loops.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/number.h"

namespace eager::server {
namespace {

template <class T>
using SumType = std::conditional_t<kIsFloat<T>, double, Wide<T>>;

template <class T>
struct BiasAddKernel {
  static absl::Status Run(KernelContext& k) {
    using W = Wide<T>;
    const ChannelLayout l(k.input(0).shape(), k.attr<std::string>("data_format"));
    if (k.input(0).num_elements() == 0) return absl::OkStatus();
    std::vector<W> biases(static_cast<size_t>(l.channels));
    for (int64_t c = 0; c < l.channels; ++c) biases[c] = Widen<W>(k.input(1).data<T>()[c]);
    const std::vector<W> row = Tile<W>(l, biases);
    const T* x = k.input(0).data<T>();
    const W* bias = row.data();
    T* out = k.output(0).mutable_data<T>();
    ForChannels(l, [=](int64_t i, int64_t j) { out[i] = Narrow<T>(Widen<W>(x[i]) + bias[j]); });
    return absl::OkStatus();
  }
};

template <class T>
struct BiasAddGradKernel {
  static absl::Status Run(KernelContext& k) {
    using W = Wide<T>;
    const T* x = k.input(0).data<T>();
    const ChannelLayout l(k.input(0).shape(), k.attr<std::string>("data_format"));
    const auto sums = SumChannels<W, SumType<T>>(l, [=](int64_t i, int64_t) { return Widen<W>(x[i]); });
    T* out = k.output(0).mutable_data<T>();
    for (int64_t c = 0; c < l.channels; ++c) out[c] = Narrow<T>(sums[c]);
    return absl::OkStatus();
  }
};

template <class T>
struct L2LossKernel {
  static absl::Status Run(KernelContext& k) {
    using W = Wide<T>;
    const T* x = k.input(0).data<T>();
    const ChannelLayout all(Shape{k.input(0).num_elements(), 1}, "NHWC");
    const auto sums = SumChannels<W, double>(all, [=](int64_t i, int64_t) {
      const W value = Widen<W>(x[i]);
      return value * value;
    });
    *k.output(0).mutable_data<T>() = Narrow<T>(sums[0] / 2);
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
