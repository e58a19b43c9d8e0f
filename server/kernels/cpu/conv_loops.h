// Convolutions of any element type as products of matrices: the windows of an image are the rows of one of them.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <vector>

#include "common/ops/window.h"
#include "server/device/cpu/compute.h"

namespace eager::server {

// T is double or an unsigned integer, whose sums wrap around. Layouts are those of OneDnnConvolve; nothing is empty.
template <class T>
class ConvLoops {
 public:
  explicit ConvLoops(const ConvDims& d) : d_(d) {}

  // Images are independent, and so are runs of rows of one.
  void Forward(const T* input, const T* filter, T* output) const {
    ParallelFor(d_.batch * d_.rows.out, Grain(), [&](int64_t begin, int64_t end) {
      Matrix windows(d_.columns.out, window_size());
      for (int64_t line = begin; line < end; ++line) {
        T* out = output + line * d_.columns.out * d_.out_channels;
        for (int64_t group = 0; group < d_.groups; ++group) {
          Gather(input, line, group, windows);
          Lines(out, group).noalias() = windows * Filter(filter, group);
        }
      }
    });
  }

  void BackpropInput(T* input, const T* filter, const T* output) const {
    const int64_t image = d_.rows.in * d_.columns.in * d_.in_channels;
    ParallelFor(d_.batch, 1, [&](int64_t begin, int64_t end) {
      std::fill(input + begin * image, input + end * image, T(0));
      Matrix windows(d_.columns.out, window_size());
      for (int64_t line = begin * d_.rows.out; line < end * d_.rows.out; ++line) {
        for (int64_t group = 0; group < d_.groups; ++group) {
          windows.noalias() = Lines(output + line * d_.columns.out * d_.out_channels, group) *
                              Filter(filter, group).transpose();
          Scatter(windows, line, group, input);
        }
      }
    });
  }

  // One sum for each of a few runs of images, so that the result does not depend on the number of threads.
  void BackpropFilter(const T* input, T* filter, const T* output) const {
    constexpr int64_t kMostParts = 32;
    const int64_t size = window_size() * d_.out_channels, parts = std::min(d_.batch, kMostParts);
    std::vector<T> sums(static_cast<size_t>(parts * size));
    ParallelFor(parts, 1, [&](int64_t begin, int64_t end) {
      Matrix windows(d_.columns.out, window_size());
      for (int64_t part = begin; part < end; ++part) {
        const int64_t last = d_.batch * (part + 1) / parts * d_.rows.out;
        for (int64_t line = d_.batch * part / parts * d_.rows.out; line < last; ++line) {
          for (int64_t group = 0; group < d_.groups; ++group) {
            Gather(input, line, group, windows);
            Filter(sums.data() + part * size, group).noalias() +=
                windows.transpose() * Lines(output + line * d_.columns.out * d_.out_channels, group);
          }
        }
      }
    });
    for (int64_t i = 0; i < size; ++i) {
      T sum = 0;
      for (int64_t p = 0; p < parts; ++p) sum += sums[p * size + i];
      filter[i] = sum;
    }
  }

 private:
  using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  template <class P>
  using View = Eigen::Map<std::conditional_t<std::is_const_v<P>, const Matrix, Matrix>, 0, Eigen::OuterStride<>>;

  int64_t in_per_group() const { return d_.in_channels / d_.groups; }
  int64_t out_per_group() const { return d_.out_channels / d_.groups; }
  int64_t window_size() const { return d_.rows.size * d_.columns.size * in_per_group(); }
  // Lines of output pixels that are worth a turn on another core.
  int64_t Grain() const {
    const int64_t work = d_.columns.out * window_size() * d_.out_channels;
    return std::max<int64_t>(1, (1 << 18) / std::max<int64_t>(1, work));
  }

  template <class P>
  View<P> Filter(P* filter, int64_t group) const {
    return View<P>(filter + group * out_per_group(), window_size(), out_per_group(),
                   Eigen::OuterStride<>(d_.out_channels));
  }
  template <class P>
  View<P> Lines(P* pixels, int64_t group) const {
    return View<P>(pixels + group * out_per_group(), d_.columns.out, out_per_group(),
                   Eigen::OuterStride<>(d_.out_channels));
  }

  // Calls visit(pixel, place) for each place in the windows of a line of output pixels; pixel is the offset of the
  // input's, or -1 in the padding, place the offset in `windows`.
  template <class Visit>
  void ForEachPlace(int64_t line, int64_t group, Visit visit) const {
    const int64_t image = line / d_.rows.out, row = line % d_.rows.out;
    int64_t place = 0;
    for (int64_t x = 0; x < d_.columns.out; ++x) {
      for (int64_t i = 0; i < d_.rows.size; ++i) {
        const int64_t from_row = row * d_.rows.stride - d_.rows.before + i * d_.rows.dilation;
        for (int64_t j = 0; j < d_.columns.size; ++j) {
          const int64_t column = x * d_.columns.stride - d_.columns.before + j * d_.columns.dilation;
          const bool inside = from_row >= 0 && from_row < d_.rows.in && column >= 0 && column < d_.columns.in;
          visit(inside ? ((image * d_.rows.in + from_row) * d_.columns.in + column) * d_.in_channels +
                             group * in_per_group()
                       : -1,
                place);
          place += in_per_group();
        }
      }
    }
  }

  void Gather(const T* input, int64_t line, int64_t group, Matrix& windows) const {
    ForEachPlace(line, group, [&](int64_t pixel, int64_t place) {
      T* to = windows.data() + place;
      pixel < 0 ? std::fill_n(to, in_per_group(), T(0)) : std::copy_n(input + pixel, in_per_group(), to);
    });
  }
  void Scatter(const Matrix& windows, int64_t line, int64_t group, T* input) const {
    ForEachPlace(line, group, [&](int64_t pixel, int64_t place) {
      if (pixel < 0) return;
      for (int64_t c = 0; c < in_per_group(); ++c) input[pixel + c] += windows.data()[place + c];
    });
  }

  const ConvDims& d_;
};

}  // namespace eager::server
