// Kernels of common/ops/pool_ops.cc: loops over windows whose innermost axis, the channels, is vectorised.
#include <algorithm>
#include <cstring>
#include <limits>

#include "common/ops/window.h"
#include "common/status_macros.h"
#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/number.h"

namespace eager::server {
namespace {

// Channels that are worked on at a time: what is kept of them stays in the first cache.
constexpr int64_t kBlock = 128;
// Elements that one part of parallel work has about.
constexpr int64_t kGrain = 1 << 15;

absl::StatusOr<PoolDims> DimsOf(const KernelContext& k, const Shape& image) {
  if (k.attr<std::string>("data_format") != "NHWC") {
    const absl::string_view op = k.op().name;
    const absl::string_view kind = op == "MaxPool"       ? "MaxPoolingOp"
                                   : op == "AvgPool"     ? "AvgPoolingOp"
                                   : op == "AvgPoolGrad" ? "AvgPoolingGradOp"
                                   : op == "MaxPoolGrad" ? "MaxPoolingGradOp"
                                                         : "MaxPoolingGradGradOp";
    return absl::InvalidArgumentError(absl::StrCat("Default ", kind, " only supports NHWC on device type CPU"));
  }
  return PoolDims::Make(k.attrs(), image);
}

// The part of a window that is not padding.
struct Span1D {
  int64_t begin, end;
};
Span1D Inside(const WindowAxis& axis, int64_t i) {
  const int64_t at = i * axis.stride - axis.before;
  return {std::max<int64_t>(0, at), std::min(axis.in, at + axis.size)};
}

// Calls pixel(offset) for the input pixels of an output pixel's window, in order; offset in elements of its image.
template <class Pixel>
void ForWindow(const PoolDims& d, int64_t row, int64_t column, Pixel pixel) {
  const Span1D rows = Inside(d.rows, row), columns = Inside(d.columns, column);
  for (int64_t y = rows.begin; y < rows.end; ++y) {
    for (int64_t x = columns.begin; x < columns.end; ++x) pixel((y * d.columns.in + x) * d.channels);
  }
}

// Calls block(image, row, channel, n) for blocks of channels of all lines of output pixels, in parallel.
template <class Block>
void ForLines(const PoolDims& d, Block block) {
  const int64_t blocks = (d.channels - 1) / kBlock + 1;
  const int64_t work = d.columns.out * d.rows.size * d.columns.size * std::min(kBlock, d.channels);
  ParallelFor(d.batch * d.rows.out * blocks, std::max<int64_t>(1, kGrain / std::max<int64_t>(1, work)),
              [&](int64_t begin, int64_t end) {
                for (int64_t i = begin; i < end; ++i) {
                  const int64_t channel = i % blocks * kBlock, line = i / blocks;
                  block(line / d.rows.out, line % d.rows.out, channel, std::min(kBlock, d.channels - channel));
                }
              });
}

// The same for whole images: what gradients write overlaps from line to line.
template <class Block>
void ForImages(const PoolDims& d, Block block) {
  const int64_t blocks = (d.channels - 1) / kBlock + 1;
  ParallelFor(d.batch * blocks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t channel = i % blocks * kBlock;
      block(i / blocks, channel, std::min(kBlock, d.channels - channel));
    }
  });
}

int64_t InImage(const PoolDims& d) { return d.rows.in * d.columns.in * d.channels; }
int64_t OutPixel(const PoolDims& d, int64_t image, int64_t row, int64_t column) {
  return ((image * d.rows.out + row) * d.columns.out + column) * d.channels;
}

// Where a maximum starts, so that a window of nothing but -inf has it, as in TensorFlow.
template <class T>
constexpr auto LowestOf() {
  if constexpr (std::is_same_v<T, Float16>) {
    return -65504.0f;
  } else if constexpr (std::is_same_v<T, BFloat16>) {
    return -0x1.FEp127f;
  } else {
    return std::numeric_limits<T>::lowest();
  }
}

// Nan is never greater than what is there, so it only shows where TensorFlow shows it: nowhere.
template <class T>
void MaxOver(const T* x, T* out, int64_t n) {
#pragma GCC ivdep
  for (int64_t c = 0; c < n; ++c) out[c] = x[c] > out[c] ? x[c] : out[c];
}

// The maxima of neighbouring channels.
template <class T>
void MaxOverChannels(const PoolDims& d, const T* in, T* out) {
  using O = Ordered<T>;
  const int64_t n = d.batch * d.rows.out * d.columns.out * (d.channels / d.depth);
  ParallelFor(n, std::max<int64_t>(1, kGrain / d.depth), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      O most = static_cast<O>(LowestOf<T>());
      for (int64_t j = 0; j < d.depth; ++j) most = std::max(most, Widen<O>(in[i * d.depth + j]));
      out[i] = Narrow<T>(most);
    }
  });
}

template <class T>
struct MaxPoolKernel {
  static absl::Status Run(KernelContext& k) {
    ASSIGN_OR_RETURN(const PoolDims d, DimsOf(k, k.input(0).shape()));
    if (k.output(0).num_elements() == 0) return absl::OkStatus();
    const T* in = k.input(0).data<T>();
    T* out = k.output(0).mutable_data<T>();
    if (d.depth != 1) {
      for (const WindowAxis* a : {&d.rows, &d.columns}) {
        if (a->stride != 1) return absl::UnimplementedError("Depthwise max pooling does not skip rows or columns");
      }
      MaxOverChannels(d, in, out);
      return absl::OkStatus();
    }
    using O = Ordered<T>;
    ForLines(d, [&](int64_t image, int64_t row, int64_t channel, int64_t n) {
      const T* from = in + image * InImage(d) + channel;
      for (int64_t x = 0; x < d.columns.out; ++x) {
        T* to = out + OutPixel(d, image, row, x) + channel;
        O most[kBlock];
        std::fill_n(most, n, static_cast<O>(LowestOf<T>()));
        ForWindow(d, row, x, [&](int64_t pixel) {
          if constexpr (kIsHalf<T>) {
            float wide[kBlock];
            LoadHalves(from + pixel, wide, n);
            MaxOver(wide, most, n);
          } else {
            MaxOver(from + pixel, most, n);
          }
        });
        for (int64_t c = 0; c < n; ++c) to[c] = Narrow<T>(most[c]);
      }
    });
    return absl::OkStatus();
  }
};

// An unsigned number of T's size, so that choices between the two vectorise.
template <class T>
using IndexFor = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;

template <class T>
struct MaxPoolGradKernel {
  static absl::Status Run(KernelContext& k) {
    ASSIGN_OR_RETURN(const PoolDims d, DimsOf(k, k.input(0).shape()));
    const Tensor& result = k.output(0);
    if (result.num_elements() == 0) return absl::OkStatus();
    using O = Ordered<T>;
    using W = Wide<T>;
    using Index = IndexFor<O>;
    const T *in = k.input(0).data<T>(), *gradient = k.input(2).data<T>();
    // 16-bit gradients are added up as float.
    BufferRef sums = result.buffer();
    W* out = static_cast<W*>(result.raw());
    if constexpr (sizeof(W) != sizeof(T)) {
      ASSIGN_OR_RETURN(sums, k.device().Allocate(static_cast<size_t>(result.num_elements()) * sizeof(W)));
      out = static_cast<W*>(sums->data());
    }
    ForImages(d, [&](int64_t image, int64_t channel, int64_t n) {
      const T* from = in + image * InImage(d) + channel;
      W* to = out + image * InImage(d) + channel;
      for (int64_t p = 0; p < d.rows.in * d.columns.in; ++p) std::fill_n(to + p * d.channels, n, W(0));
      O most[kBlock];
      Index where[kBlock];
      W flowing[kBlock];
      for (int64_t i = 0; i < d.rows.out * d.columns.out; ++i) {
        const int64_t row = i / d.columns.out, column = i % d.columns.out;
        Index place = 0;
        ForWindow(d, row, column, [&](int64_t pixel) {
          const T* x = from + pixel;
#pragma GCC ivdep
          for (int64_t c = 0; c < n; ++c) {
            const O value = Widen<O>(x[c]);
            const bool greater = (place == 0) | (value > most[c]);
            most[c] = greater ? value : most[c];
            where[c] = greater ? place : where[c];
          }
          ++place;
        });
        const T* dy = gradient + OutPixel(d, image, row, column) + channel;
        for (int64_t c = 0; c < n; ++c) flowing[c] = Widen<W>(dy[c]);
        place = 0;
        ForWindow(d, row, column, [&](int64_t pixel) {
          W* dx = to + pixel;
#pragma GCC ivdep
          for (int64_t c = 0; c < n; ++c) dx[c] += where[c] == place ? flowing[c] : W(0);
          ++place;
        });
      }
    });
    if constexpr (sizeof(W) != sizeof(T)) {
      T* narrow = result.mutable_data<T>();
      for (int64_t i = 0; i < result.num_elements(); ++i) narrow[i] = Narrow<T>(out[i]);
    }
    return absl::OkStatus();
  }
};

template <class T>
struct MaxPoolGradGradKernel {
  static absl::Status Run(KernelContext& k) {
    ASSIGN_OR_RETURN(const PoolDims d, DimsOf(k, k.input(0).shape()));
    if (k.output(0).num_elements() == 0) return absl::OkStatus();
    const T *in = k.input(0).data<T>(), *most = k.input(1).data<T>(), *gradient = k.input(2).data<T>();
    T* out = k.output(0).mutable_data<T>();
    using O = Ordered<T>;
    ForLines(d, [&](int64_t image, int64_t row, int64_t channel, int64_t n) {
      const int64_t base = image * InImage(d) + channel;
      for (int64_t x = 0; x < d.columns.out; ++x) {
        const int64_t at = OutPixel(d, image, row, x) + channel;
        bool found[kBlock] = {};
        std::fill_n(out + at, n, T());
        ForWindow(d, row, x, [&](int64_t pixel) {
          for (int64_t c = 0; c < n; ++c) {
            if (found[c] || Widen<O>(in[base + pixel + c]) != Widen<O>(most[at + c])) continue;
            found[c] = true;
            out[at + c] = gradient[base + pixel + c];
          }
        });
      }
    });
    return absl::OkStatus();
  }
};

template <class T>
struct AvgPoolKernel {
  static absl::Status Run(KernelContext& k) {
    ASSIGN_OR_RETURN(const PoolDims d, DimsOf(k, k.input(0).shape()));
    if (k.output(0).num_elements() == 0) return absl::OkStatus();
    const T* in = k.input(0).data<T>();
    T* out = k.output(0).mutable_data<T>();
    ForLines(d, [&](int64_t image, int64_t row, int64_t channel, int64_t n) {
      const T* from = in + image * InImage(d) + channel;
      for (int64_t x = 0; x < d.columns.out; ++x) {
        T* to = out + OutPixel(d, image, row, x) + channel;
        Wide<T> sum[kBlock] = {};
        int64_t count = 0;
        ForWindow(d, row, x, [&](int64_t pixel) {
          for (int64_t c = 0; c < n; ++c) sum[c] += Widen<Wide<T>>(from[pixel + c]);
          ++count;
        });
        const auto divisor = static_cast<Wide<T>>(count);
        for (int64_t c = 0; c < n; ++c) to[c] = Narrow<T>(sum[c] / divisor);
      }
    });
    return absl::OkStatus();
  }
};

template <class T>
struct AvgPoolGradKernel {
  static absl::Status Run(KernelContext& k) {
    const Tensor& result = k.output(0);
    ASSIGN_OR_RETURN(const PoolDims d, DimsOf(k, result.shape()));
    if (result.num_elements() == 0) return absl::OkStatus();
    using W = Wide<T>;
    const T* gradient = k.input(1).data<T>();
    BufferRef sums = result.buffer();
    W* out = static_cast<W*>(result.raw());
    if constexpr (sizeof(W) != sizeof(T)) {
      ASSIGN_OR_RETURN(sums, k.device().Allocate(static_cast<size_t>(result.num_elements()) * sizeof(W)));
      out = static_cast<W*>(sums->data());
    }
    ForImages(d, [&](int64_t image, int64_t channel, int64_t n) {
      W* to = out + image * InImage(d) + channel;
      for (int64_t p = 0; p < d.rows.in * d.columns.in; ++p) std::fill_n(to + p * d.channels, n, W(0));
      for (int64_t i = 0; i < d.rows.out * d.columns.out; ++i) {
        const int64_t row = i / d.columns.out, column = i % d.columns.out;
        const T* dy = gradient + OutPixel(d, image, row, column) + channel;
        const Span1D rows = Inside(d.rows, row), columns = Inside(d.columns, column);
        const auto count = static_cast<W>((rows.end - rows.begin) * (columns.end - columns.begin));
        W share[kBlock];
        for (int64_t c = 0; c < n; ++c) share[c] = Widen<W>(dy[c]) / count;
        ForWindow(d, row, column, [&](int64_t pixel) {
          for (int64_t c = 0; c < n; ++c) to[pixel + c] += share[c];
        });
      }
    });
    if constexpr (sizeof(W) != sizeof(T)) {
      T* narrow = result.mutable_data<T>();
      for (int64_t i = 0; i < result.num_elements(); ++i) narrow[i] = Narrow<T>(out[i]);
    }
    return absl::OkStatus();
  }
};

}  // namespace

std::vector<KernelRow> CpuPoolKernels() {
  std::vector<KernelRow> rows;
  AddFloatRows<MaxPoolKernel>(rows, "MaxPool");
  AddRows<MaxPoolKernel, int32_t, int64_t, uint8_t, int16_t, int8_t, uint16_t>(rows, "MaxPool");
  AddNumberRows<MaxPoolGradKernel>(rows, "MaxPoolGrad");
  AddNumberRows<MaxPoolGradGradKernel>(rows, "MaxPoolGradGrad");
  AddFloatRows<AvgPoolKernel>(rows, "AvgPool");
  AddFloatRows<AvgPoolGradKernel>(rows, "AvgPoolGrad");
  return rows;
}

}  // namespace eager::server
