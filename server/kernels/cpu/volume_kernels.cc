// Kernels of common/ops/volume_ops.cc: convolutions as products of matrices, whose rows are the windows of a line of output.
#include <Eigen/Core>
#include <algorithm>
#include <limits>
#include <vector>

#include "common/ops/volume.h"
#include "common/status_macros.h"
#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/number.h"

namespace eager::server {
namespace {

constexpr int64_t kGrain = 1 << 16;

// Calls visit(place, pixel) for the places of the window of output pixel `out` of a batch's volume: `pixel` is the input's, -1 padding.
template <class Visit>
void ForWindow(const VolumeDims& d, int64_t out, Visit visit) {
  const auto& [z, y, x] = d.axes;
  const int64_t at[3] = {out / (y.out * x.out), out / x.out % y.out, out % x.out};
  const auto input = [&](int axis, int64_t place) {
    const WindowAxis& a = d.axes[static_cast<size_t>(axis)];
    return at[axis] * a.stride - a.before + place * a.dilation;
  };
  int64_t place = 0;
  for (int64_t i = 0; i < z.size; ++i) {
    const int64_t plane = input(0, i);
    for (int64_t j = 0; j < y.size; ++j) {
      const int64_t row = input(1, j);
      for (int64_t k = 0; k < x.size; ++k, ++place) {
        const int64_t column = input(2, k);
        const bool inside = plane >= 0 && plane < z.in && row >= 0 && row < y.in && column >= 0 && column < x.in;
        visit(place, inside ? (plane * y.in + row) * x.in + column : -1);
      }
    }
  }
}

template <class T>
std::vector<Wide<T>> Load(const Tensor& t) {
  std::vector<Wide<T>> wide(static_cast<size_t>(t.num_elements()));
  const T* from = t.data<T>();
  for (size_t i = 0; i < wide.size(); ++i) wide[i] = Widen<Wide<T>>(from[i]);
  return wide;
}

template <class T>
void Store(const std::vector<Wide<T>>& wide, const Tensor& t) {
  T* to = t.mutable_data<T>();
  for (size_t i = 0; i < wide.size(); ++i) to[i] = Narrow<T>(wide[i]);
}

template <class W>
class Convolution {
 public:
  using Matrix = Eigen::Matrix<W, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using Map = Eigen::Map<Matrix>;
  using ConstMap = Eigen::Map<const Matrix>;

  explicit Convolution(const VolumeDims& d)
      : d_(d), places_(d.axes[0].size * d.axes[1].size * d.axes[2].size * d.in_channels), line_(d.axes[2].out),
        lines_(d.axes[0].out * d.axes[1].out) {}

  void Forward(const W* input, const W* filter, W* output) const {
    ParallelFor(d_.batch * lines_, Grain(), [&](int64_t begin, int64_t end) {
      Matrix windows(line_, places_);
      for (int64_t i = begin; i < end; ++i) {
        Gather(input, i, windows);
        Map(output + i * line_ * d_.out_channels, line_, d_.out_channels).noalias() =
            windows * ConstMap(filter, places_, d_.out_channels);
      }
    });
  }

  void ToInput(W* input, const W* filter, const W* output) const {
    ParallelFor(d_.batch, 1, [&](int64_t begin, int64_t end) {
      Matrix windows(line_, places_);
      for (int64_t i = begin * lines_; i < end * lines_; ++i) {
        windows.noalias() = ConstMap(output + i * line_ * d_.out_channels, line_, d_.out_channels) *
                            ConstMap(filter, places_, d_.out_channels).transpose();
        W* to = input + i / lines_ * d_.input_size() * d_.in_channels;
        for (int64_t o = 0; o < line_; ++o) {
          ForWindow(d_, i % lines_ * line_ + o, [&](int64_t place, int64_t pixel) {
            if (pixel < 0) return;
            for (int64_t c = 0; c < d_.in_channels; ++c) {
              to[pixel * d_.in_channels + c] += windows(o, place * d_.in_channels + c);
            }
          });
        }
      }
    });
  }

  // A sum for each of a few runs of volumes, so that the result does not depend on the number of threads.
  void ToFilter(const W* input, W* filter, const W* output) const {
    const int64_t size = places_ * d_.out_channels, parts = std::min<int64_t>(d_.batch, 16);
    std::vector<W> sums(static_cast<size_t>(parts * size));
    ParallelFor(parts, 1, [&](int64_t begin, int64_t end) {
      Matrix windows(line_, places_);
      for (int64_t part = begin; part < end; ++part) {
        Map sum(sums.data() + part * size, places_, d_.out_channels);
        for (int64_t i = d_.batch * part / parts * lines_; i < d_.batch * (part + 1) / parts * lines_; ++i) {
          Gather(input, i, windows);
          sum.noalias() += windows.transpose() * ConstMap(output + i * line_ * d_.out_channels, line_, d_.out_channels);
        }
      }
    });
    for (int64_t i = 0; i < size; ++i) {
      for (int64_t part = 0; part < parts; ++part) filter[i] += sums[static_cast<size_t>(part * size + i)];
    }
  }

 private:
  int64_t Grain() const { return std::max<int64_t>(1, kGrain / std::max<int64_t>(1, line_ * places_ * d_.out_channels)); }

  void Gather(const W* input, int64_t line, Matrix& windows) const {
    const W* from = input + line / lines_ * d_.input_size() * d_.in_channels;
    for (int64_t o = 0; o < line_; ++o) {
      ForWindow(d_, line % lines_ * line_ + o, [&](int64_t place, int64_t pixel) {
        W* to = windows.data() + o * places_ + place * d_.in_channels;
        pixel < 0 ? std::fill_n(to, d_.in_channels, W(0)) : std::copy_n(from + pixel * d_.in_channels, d_.in_channels, to);
      });
    }
  }

  const VolumeDims& d_;
  const int64_t places_, line_, lines_;
};

template <class T>
struct VolumeConvKernel {
  static absl::Status Run(KernelContext& k) {
    const bool to_input = k.op().name == "Conv3DBackpropInputV2", to_filter = k.op().name == "Conv3DBackpropFilterV2";
    const Tensor& result = k.output(0);
    const Tensor &input = to_input ? result : k.input(0), &filter = to_filter ? result : k.input(1);
    ASSIGN_OR_RETURN(const VolumeDims d, VolumeDims::Make(k.attrs(), input.shape(), filter.shape().dims().subspan(0, 3),
                                                          filter.shape()[4]));
    std::vector<Wide<T>> out(static_cast<size_t>(result.num_elements()));
    const bool empty = input.num_elements() == 0 || filter.num_elements() == 0 || d.output_size() == 0;
    const Convolution<Wide<T>> convolution(d);
    if (empty) {  // sums of nothing
    } else if (to_input) {
      convolution.ToInput(out.data(), Load<T>(k.input(1)).data(), Load<T>(k.input(2)).data());
    } else if (to_filter) {
      convolution.ToFilter(Load<T>(k.input(0)).data(), out.data(), Load<T>(k.input(2)).data());
    } else {
      convolution.Forward(Load<T>(k.input(0)).data(), Load<T>(k.input(1)).data(), out.data());
    }
    Store<T>(out, result);
    return absl::OkStatus();
  }
};

// Calls body(volume, output pixel) for every output pixel; volumes are shared among the cores.
template <class Body>
void ForPixels(const VolumeDims& d, Body body) {
  ParallelFor(d.batch, 1, [&](int64_t begin, int64_t end) {
    for (int64_t volume = begin; volume < end; ++volume) {
      for (int64_t out = 0; out < d.output_size(); ++out) body(volume, out);
    }
  });
}

template <class T>
struct VolumeMaxPoolKernel {
  static absl::Status Run(KernelContext& k) {
    ASSIGN_OR_RETURN(const VolumeDims d, VolumeDims::OfPool(k.attrs(), k.input(0).shape()));
    const T* in = k.input(0).data<T>();
    T* result = k.output(0).mutable_data<T>();
    const int64_t channels = d.in_channels;
    ForPixels(d, [&](int64_t volume, int64_t out) {
      const T* from = in + volume * d.input_size() * channels;
      T* to = result + (volume * d.output_size() + out) * channels;
      bool first = true;
      ForWindow(d, out, [&](int64_t, int64_t pixel) {
        if (pixel < 0) return;
        for (int64_t c = 0; c < channels; ++c) {
          const T x = from[pixel * channels + c];
          if (first || Widen<Wide<T>>(x) > Widen<Wide<T>>(to[c])) to[c] = x;
        }
        first = false;
      });
      if (first) std::fill_n(to, channels, Narrow<T>(std::numeric_limits<Wide<T>>::lowest()));
    });
    return absl::OkStatus();
  }
};

// Unlike MaxPoolGrad of images it is every maximum of a window that gets the window's gradient.
template <class T>
struct VolumeMaxPoolGradKernel {
  static absl::Status Run(KernelContext& k) {
    ASSIGN_OR_RETURN(const VolumeDims d, VolumeDims::OfPool(k.attrs(), k.input(0).shape()));
    const T *in = k.input(0).data<T>(), *most = k.input(1).data<T>(), *gradient = k.input(2).data<T>();
    std::vector<Wide<T>> sums(static_cast<size_t>(k.output(0).num_elements()));
    const int64_t channels = d.in_channels;
    ForPixels(d, [&](int64_t volume, int64_t out) {
      const int64_t from = volume * d.input_size() * channels, at = (volume * d.output_size() + out) * channels;
      ForWindow(d, out, [&](int64_t, int64_t pixel) {
        for (int64_t c = 0; pixel >= 0 && c < channels; ++c) {
          const int64_t place = from + pixel * channels + c;
          if (Widen<Wide<T>>(in[place]) == Widen<Wide<T>>(most[at + c])) {
            sums[static_cast<size_t>(place)] += Widen<Wide<T>>(gradient[at + c]);
          }
        }
      });
    });
    Store<T>(sums, k.output(0));
    return absl::OkStatus();
  }
};

// The element of each window's first maximum.
template <class T>
struct VolumeMaxPoolGradGradKernel {
  static absl::Status Run(KernelContext& k) {
    ASSIGN_OR_RETURN(const VolumeDims d, VolumeDims::OfPool(k.attrs(), k.input(0).shape()));
    const T *in = k.input(0).data<T>(), *most = k.input(1).data<T>(), *gradient = k.input(2).data<T>();
    T* result = k.output(0).mutable_data<T>();
    const int64_t channels = d.in_channels;
    ForPixels(d, [&](int64_t volume, int64_t out) {
      const int64_t from = volume * d.input_size() * channels, at = (volume * d.output_size() + out) * channels;
      std::vector<char> found(static_cast<size_t>(channels));
      std::fill_n(result + at, channels, T());
      ForWindow(d, out, [&](int64_t, int64_t pixel) {
        for (int64_t c = 0; pixel >= 0 && c < channels; ++c) {
          const int64_t place = from + pixel * channels + c;
          if (found[static_cast<size_t>(c)] || Widen<Wide<T>>(in[place]) != Widen<Wide<T>>(most[at + c])) continue;
          found[static_cast<size_t>(c)] = 1;
          result[at + c] = gradient[place];
        }
      });
    });
    return absl::OkStatus();
  }
};

int64_t CountInside(const VolumeDims& d, int64_t out) {
  int64_t inside = 0;
  ForWindow(d, out, [&](int64_t, int64_t pixel) { inside += pixel >= 0; });
  return inside;
}

template <class T>
struct VolumeAvgPoolKernel {
  static absl::Status Run(KernelContext& k) {
    ASSIGN_OR_RETURN(const VolumeDims d, VolumeDims::OfPool(k.attrs(), k.input(0).shape()));
    const T* in = k.input(0).data<T>();
    T* result = k.output(0).mutable_data<T>();
    const int64_t channels = d.in_channels;
    ForPixels(d, [&](int64_t volume, int64_t out) {
      const T* from = in + volume * d.input_size() * channels;
      std::vector<Wide<T>> sums(static_cast<size_t>(channels));
      ForWindow(d, out, [&](int64_t, int64_t pixel) {
        for (int64_t c = 0; pixel >= 0 && c < channels; ++c) {
          sums[static_cast<size_t>(c)] += Widen<Wide<T>>(from[pixel * channels + c]);
        }
      });
      const auto count = static_cast<Wide<T>>(CountInside(d, out));
      T* to = result + (volume * d.output_size() + out) * channels;
      for (int64_t c = 0; c < channels; ++c) to[c] = Narrow<T>(sums[static_cast<size_t>(c)] / count);
    });
    return absl::OkStatus();
  }
};

template <class T>
struct VolumeAvgPoolGradKernel {
  static absl::Status Run(KernelContext& k) {
    ASSIGN_OR_RETURN(const VolumeDims d, VolumeDims::OfPool(k.attrs(), k.output(0).shape()));
    const T* gradient = k.input(1).data<T>();
    std::vector<Wide<T>> sums(static_cast<size_t>(k.output(0).num_elements()));
    const int64_t channels = d.in_channels;
    ForPixels(d, [&](int64_t volume, int64_t out) {
      const auto count = static_cast<Wide<T>>(CountInside(d, out));
      const T* from = gradient + (volume * d.output_size() + out) * channels;
      Wide<T>* to = sums.data() + volume * d.input_size() * channels;
      ForWindow(d, out, [&](int64_t, int64_t pixel) {
        for (int64_t c = 0; pixel >= 0 && c < channels; ++c) to[pixel * channels + c] += Widen<Wide<T>>(from[c]) / count;
      });
    });
    Store<T>(sums, k.output(0));
    return absl::OkStatus();
  }
};

}  // namespace

std::vector<KernelRow> CpuVolumeKernels() {
  std::vector<KernelRow> rows;
  for (absl::string_view op : {"Conv3D", "Conv3DBackpropInputV2", "Conv3DBackpropFilterV2"}) AddFloatRows<VolumeConvKernel>(rows, op);
  AddRows<VolumeMaxPoolKernel, float, Float16, BFloat16>(rows, "MaxPool3D");
  AddRows<VolumeMaxPoolGradKernel, float, Float16, BFloat16>(rows, "MaxPool3DGrad");
  AddFloatRows<VolumeMaxPoolGradGradKernel>(rows, "MaxPool3DGradGrad");
  AddFloatRows<VolumeAvgPoolKernel>(rows, "AvgPool3D");
  AddFloatRows<VolumeAvgPoolGradKernel>(rows, "AvgPool3DGrad");
  return rows;
}

}  // namespace eager::server
