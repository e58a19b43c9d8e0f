// What pooling does to one element of its result: what host and devices share of it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "common/dtype.h"
#include "common/ops/window.h"
#include "server/kernels/cuda/image_index.h"

namespace eager::server::cuda {

// Whether positions and offsets of a pooling fit into int32_t, sums of two positions too.
inline bool FitsIn32Bits(const PoolDims& d) {
  constexpr int64_t kEnd = int64_t{1} << 30;
  for (const WindowAxis* a : {&d.rows, &d.columns}) {
    if (std::max({a->in + a->before + a->after, a->size, a->stride}) >= kEnd) return false;
  }
  return std::max(d.batch * d.rows.in * d.columns.in * d.channels, d.batch * d.rows.out * d.columns.out * d.channels) <
         kEnd;
}

// The same pooling of images whose channels lie outermost: each channel is an image of one channel.
inline PoolDims ChannelsAsImages(PoolDims d) {
  d.batch *= d.channels;
  d.channels = 1;
  return d;
}

// Where a maximum starts, so that a window of nothing but -inf has it, as in TensorFlow. In what T is compared in.
template <class T>
struct Lowest {
  static constexpr T value = std::numeric_limits<T>::lowest();
};
template <>
struct Lowest<Float16> {
  static constexpr float value = -65504.0f;
};
template <>
struct Lowest<BFloat16> {
  static constexpr float value = -0x1.FEp127f;
};

// Elements of images of `channels` channels; neither the images nor what is made of them is empty of pixels. n
// neighbouring channels are one index: n divides their number, and pointers are aligned for Lanes<T, n>. `read` gives
// the value of an element. Index is int32_t where FitsIn32Bits, else int64_t.
template <class Index>
class PoolElements {
 public:
  explicit PoolElements(const PoolDims& d) : rows_(d.rows), columns_(d.columns), channels_(d.channels) {}

  // The maxima of the output's index `at`. Nan is never greater than what is there.
  template <int n, class O, class T, class Read>
  EAGER_HOST_DEVICE void Max(const T* in, Index at, Read read, O* most) const {
    const Split<Index> channel(at * n, channels_);
    const Pixel<Index> out(channel.quotient, rows_.out, columns_.out);
    for (int k = 0; k < n; ++k) most[k] = Lowest<T>::value;
    ForWindow(out, [&](Index y, Index x) {
      const auto lanes = At<n>(in, InputAt(out.image, y, x) + channel.rest);
      for (int k = 0; k < n; ++k) {
        const O value = read(lanes.at[k]);
        most[k] = value > most[k] ? value : most[k];
      }
      return true;
    });
  }

  // The gradient of the input's index `at`: what flows into the windows whose first maximum it is. A window's maximum
  // starts as its first element, and only what is greater takes its place: a nan there stays, elsewhere it never
  // counts.
  template <int n, class O, class W, class T, class Read>
  EAGER_HOST_DEVICE void MaxGrad(const T* in, const T* gradient, Index at, Read read, W* sums) const {
    const Split<Index> channel(at * n, channels_);
    const Pixel<Index> here(channel.quotient, rows_.in, columns_.in);
    for (int k = 0; k < n; ++k) sums[k] = 0;
    const auto mine_lanes = At<n>(in, at * n);
    O mine[n];
    for (int k = 0; k < n; ++k) mine[k] = read(mine_lanes.at[k]);
    ForWindowsOver(here, [&](const Pixel<Index>& out) {
      bool wins[n];
      for (int k = 0; k < n; ++k) wins[k] = true;
      bool first = true, behind = false;  // of the window's elements; behind `here`
      const bool any = ForWindow(out, [&](Index y, Index x) {
        const bool itself = y == here.row && x == here.column;
        if (!itself) {
          const auto lanes = At<n>(in, InputAt(here.image, y, x) + channel.rest);
          bool left = false;
          for (int k = 0; k < n; ++k) {
            const O other = read(lanes.at[k]);
            const bool beaten = behind ? other > mine[k] : first ? !(mine[k] > other) : other >= mine[k];
            wins[k] = wins[k] && !beaten;
            left = left || wins[k];
          }
          if (!left) return false;
        }
        behind = behind || itself;
        first = false;
        return true;
      });
      if (!any) return;
      const auto lanes = At<n>(gradient, OutputAt(out) + channel.rest);
      for (int k = 0; k < n; ++k) {
        if (wins[k]) sums[k] += static_cast<W>(read(lanes.at[k]));
      }
    });
  }

  // Where the output's index `at` has its maximum: the offset of the first element of the window that equals `most`, or
  // -1 if none does.
  template <class T, class Read>
  EAGER_HOST_DEVICE Index ArgMax(const T* in, const T* most, Index at, Read read) const {
    const Split<Index> channel(at, channels_);
    const Pixel<Index> out(channel.quotient, rows_.out, columns_.out);
    const auto value = read(most[at]);
    Index found = -1;
    ForWindow(out, [&](Index y, Index x) {
      const Index offset = InputAt(out.image, y, x) + channel.rest;
      if (read(in[offset]) == value) found = offset;
      return found < 0;
    });
    return found;
  }

  // The means of the output's index `at`.
  template <int n, class W, class T, class Read>
  EAGER_HOST_DEVICE void Mean(const T* in, Index at, Read read, W* sums) const {
    const Split<Index> channel(at * n, channels_);
    const Pixel<Index> out(channel.quotient, rows_.out, columns_.out);
    for (int k = 0; k < n; ++k) sums[k] = 0;
    ForWindow(out, [&](Index y, Index x) {
      const auto lanes = At<n>(in, InputAt(out.image, y, x) + channel.rest);
      for (int k = 0; k < n; ++k) sums[k] += read(lanes.at[k]);
      return true;
    });
    const W count = Count<W>(out);
    for (int k = 0; k < n; ++k) sums[k] = sums[k] / count;
  }

  // The gradient of the input's index `at`: its share of what flows into every window that it is in.
  template <int n, class W, class T, class Read>
  EAGER_HOST_DEVICE void MeanGrad(const T* gradient, Index at, Read read, W* sums) const {
    const Split<Index> channel(at * n, channels_);
    const Pixel<Index> here(channel.quotient, rows_.in, columns_.in);
    for (int k = 0; k < n; ++k) sums[k] = 0;
    ForWindowsOver(here, [&](const Pixel<Index>& out) {
      const W count = Count<W>(out);
      const auto lanes = At<n>(gradient, OutputAt(out) + channel.rest);
      for (int k = 0; k < n; ++k) sums[k] += read(lanes.at[k]) / count;
    });
  }

 private:
  struct Range {
    Index begin, end;
  };
  struct Axis {
    // Images without pixels have nobody who divides by them.
    Extent<Index> in, out, stride;
    Index size, before, windows;
    explicit Axis(const WindowAxis& a)
        : in(std::max<int64_t>(1, a.in)),
          out(std::max<int64_t>(1, a.out)),
          stride(a.stride),
          size(static_cast<Index>(a.size)),
          before(static_cast<Index>(a.before)),
          windows(static_cast<Index>(a.out)) {}
    // The part of window i that is not padding.
    EAGER_HOST_DEVICE Range Inside(Index i) const {
      const Index at = i * stride.value - before;
      return {at < 0 ? 0 : at, at + size < in.value ? at + size : in.value};
    }
    // The windows that element `at` is in.
    EAGER_HOST_DEVICE Range Over(Index at) const {
      const Index place = at + before, last = stride.Divide(place) + 1;
      return {place < size ? 0 : stride.Divide(place - size) + 1, last < windows ? last : windows};
    }
  };

  template <int n, class T>
  static EAGER_HOST_DEVICE Lanes<T, n> At(const T* values, Index offset) {
    return *reinterpret_cast<const Lanes<T, n>*>(values + offset);
  }
  EAGER_HOST_DEVICE Index InputAt(Index image, Index row, Index column) const {
    return ((image * rows_.in.value + row) * columns_.in.value + column) * channels_.value;
  }
  EAGER_HOST_DEVICE Index OutputAt(const Pixel<Index>& p) const {
    return ((p.image * rows_.out.value + p.row) * columns_.out.value + p.column) * channels_.value;
  }
  template <class W>
  EAGER_HOST_DEVICE W Count(const Pixel<Index>& out) const {
    const Range rows = rows_.Inside(out.row), columns = columns_.Inside(out.column);
    return static_cast<W>((rows.end - rows.begin) * (columns.end - columns.begin));
  }
  // Calls visit(y, x) for the pixels of a window, in order, while it says true. Whether it always did.
  template <class Visit>
  EAGER_HOST_DEVICE bool ForWindow(const Pixel<Index>& out, Visit visit) const {
    const Range rows = rows_.Inside(out.row), columns = columns_.Inside(out.column);
    for (Index y = rows.begin; y < rows.end; ++y) {
      for (Index x = columns.begin; x < columns.end; ++x) {
        if (!visit(y, x)) return false;
      }
    }
    return true;
  }
  // Calls visit(output pixel) for the windows that a pixel of the input is in, in order.
  template <class Visit>
  EAGER_HOST_DEVICE void ForWindowsOver(const Pixel<Index>& here, Visit visit) const {
    const Range rows = rows_.Over(here.row), columns = columns_.Over(here.column);
    Pixel<Index> out = here;
    for (out.row = rows.begin; out.row < rows.end; ++out.row) {
      for (out.column = columns.begin; out.column < columns.end; ++out.column) visit(out);
    }
  }

  Axis rows_, columns_;
  Extent<Index> channels_;
};

}  // namespace eager::server::cuda
