// Convolutions element by element, for those that no library computes: what host and devices share of them.
#pragma once

#include <algorithm>
#include <cstdint>

#include "common/ops/window.h"
#include "server/kernels/cuda/image_index.h"

namespace eager::server::cuda {

// Whether positions and offsets in all three tensors of a convolution fit into int32_t, sums of two positions too.
inline bool FitsIn32Bits(const ConvDims& d) {
  constexpr int64_t kEnd = int64_t{1} << 30;
  for (const WindowAxis* a : {&d.rows, &d.columns}) {
    if (std::max({a->in + a->before + a->after, a->extent(), a->stride, a->dilation}) >= kEnd) return false;
  }
  const int64_t input = d.batch * d.rows.in * d.columns.in * d.in_channels;
  const int64_t output = d.batch * d.rows.out * d.columns.out * d.out_channels;
  const int64_t filter = d.rows.size * d.columns.size * (d.in_channels / d.groups) * d.out_channels;
  return std::max({input, output, filter}) < kEnd;
}

// How the pixels that a filter's gradient sums over are cut into parts that are added up beside each other. By the
// shapes alone, so that results do not depend on the GPU.
inline int64_t FilterGradientParts(const ConvDims& d) {
  constexpr int64_t kManyThreads = 1 << 17, kFewPixels = 32;
  const int64_t size = d.rows.size * d.columns.size * (d.in_channels / d.groups) * d.out_channels;
  const int64_t pixels = d.batch * d.rows.out * d.columns.out;
  return std::clamp<int64_t>(pixels / kFewPixels, 1, std::max<int64_t>(1, kManyThreads / size));
}

// Elements of the tensors of a ConvDims, whose images are (batch, rows, columns, channels); nothing is empty. Index is
// int32_t where FitsIn32Bits, else int64_t. `read` gives the value of an element in A, the type of the sums.
template <class Index>
class ConvElements {
 public:
  explicit ConvElements(const ConvDims& d)
      : rows_(d.rows),
        columns_(d.columns),
        in_channels_(d.in_channels),
        out_channels_(d.out_channels),
        in_per_group_(d.in_channels / d.groups),
        out_per_group_(d.out_channels / d.groups) {}

  // The sum for element `at` of the output.
  template <class A, class T, class Read>
  EAGER_HOST_DEVICE A Forward(const T* input, const T* filter, Index at, Read read) const {
    const Split<Index> channel(at, out_channels_);
    const Pixel<Index> out(channel.quotient, rows_.out, columns_.out);
    const Index group = out_per_group_.Divide(channel.rest) * in_per_group_.value;
    A sum = 0;
    for (Index i = 0; i < rows_.size.value; ++i) {
      const Index row = out.row * rows_.stride + i * rows_.dilation - rows_.before;
      if (row < 0 || row >= rows_.in.value) continue;
      for (Index j = 0; j < columns_.size.value; ++j) {
        const Index column = out.column * columns_.stride + j * columns_.dilation - columns_.before;
        if (column < 0 || column >= columns_.in.value) continue;
        const T* x = input + InputPixel(out.image, row, column) + group;
        const T* f = filter + FilterRow(i, j, 0) + channel.rest;
        for (Index c = 0; c < in_per_group_.value; ++c) sum += read(x[c]) * read(f[c * out_channels_.value]);
      }
    }
    return sum;
  }

  // The sum for element `at` of the input's gradient.
  template <class A, class T, class Read>
  EAGER_HOST_DEVICE A BackpropInput(const T* filter, const T* output, Index at, Read read) const {
    const Split<Index> channel(at, in_channels_);
    const Pixel<Index> in(channel.quotient, rows_.in, columns_.in);
    const Split<Index> group(channel.rest, in_per_group_);
    const Index first = group.quotient * out_per_group_.value;
    A sum = 0;
    for (Index i = 0; i < rows_.size.value; ++i) {
      const Index row = rows_.WindowOf(in.row, i);
      if (row < 0) continue;
      for (Index j = 0; j < columns_.size.value; ++j) {
        const Index column = columns_.WindowOf(in.column, j);
        if (column < 0) continue;
        const T* dy = output + OutputPixel(in.image, row, column) + first;
        const T* f = filter + FilterRow(i, j, group.rest) + first;
        for (Index c = 0; c < out_per_group_.value; ++c) sum += read(dy[c]) * read(f[c]);
      }
    }
    return sum;
  }

  // The sum for element `at` of the filter's gradient, over the output pixels [begin, end).
  template <class A, class T, class Read>
  EAGER_HOST_DEVICE A BackpropFilter(const T* input, const T* output, Index at, Index begin, Index end,
                                     Read read) const {
    const Split<Index> channel(at, out_channels_);
    const Split<Index> depth(channel.quotient, in_per_group_);
    const Split<Index> window(depth.quotient, columns_.size);
    const Index from = out_per_group_.Divide(channel.rest) * in_per_group_.value + depth.rest;
    Pixel<Index> out(begin, rows_.out, columns_.out);
    A sum = 0;
    for (Index p = begin; p < end; ++p, out.Step(rows_.out.value, columns_.out.value)) {
      const Index row = out.row * rows_.stride + window.quotient * rows_.dilation - rows_.before;
      const Index column = out.column * columns_.stride + window.rest * columns_.dilation - columns_.before;
      if (row < 0 || row >= rows_.in.value || column < 0 || column >= columns_.in.value) continue;
      sum +=
          read(input[InputPixel(out.image, row, column) + from]) * read(output[p * out_channels_.value + channel.rest]);
    }
    return sum;
  }

  // Forward and BackpropInput where every channel has one filter of its own, for n channels at once: the
  // `at`-th n of the result. n divides their number, and pointers are aligned for it.
  template <int n, class A, class T, class Read>
  EAGER_HOST_DEVICE void DepthwiseForward(const T* input, const T* filter, Index at, Read read, A* sums) const {
    const Split<Index> channel(at * n, in_channels_);
    const Pixel<Index> out(channel.quotient, rows_.out, columns_.out);
    for (int k = 0; k < n; ++k) sums[k] = 0;
    for (Index i = 0; i < rows_.size.value; ++i) {
      const Index row = out.row * rows_.stride + i * rows_.dilation - rows_.before;
      if (row < 0 || row >= rows_.in.value) continue;
      for (Index j = 0; j < columns_.size.value; ++j) {
        const Index column = out.column * columns_.stride + j * columns_.dilation - columns_.before;
        if (column < 0 || column >= columns_.in.value) continue;
        AddProducts<n>(input + InputPixel(out.image, row, column) + channel.rest,
                       filter + FilterRow(i, j, 0) + channel.rest, read, sums);
      }
    }
  }
  template <int n, class A, class T, class Read>
  EAGER_HOST_DEVICE void DepthwiseBackpropInput(const T* filter, const T* output, Index at, Read read, A* sums) const {
    const Split<Index> channel(at * n, in_channels_);
    const Pixel<Index> in(channel.quotient, rows_.in, columns_.in);
    for (int k = 0; k < n; ++k) sums[k] = 0;
    for (Index i = 0; i < rows_.size.value; ++i) {
      const Index row = rows_.WindowOf(in.row, i);
      if (row < 0) continue;
      for (Index j = 0; j < columns_.size.value; ++j) {
        const Index column = columns_.WindowOf(in.column, j);
        if (column < 0) continue;
        AddProducts<n>(output + OutputPixel(in.image, row, column) + channel.rest,
                       filter + FilterRow(i, j, 0) + channel.rest, read, sums);
      }
    }
  }

 private:
  struct Axis {
    Extent<Index> in, out, size, stride_by;
    Index stride, dilation, before;
    explicit Axis(const WindowAxis& a)
        : in(a.in),
          out(a.out),
          size(a.size),
          stride_by(a.stride),
          stride(static_cast<Index>(a.stride)),
          dilation(static_cast<Index>(a.dilation)),
          before(static_cast<Index>(a.before)) {}
    // The window whose element i is input element `at`, or -1.
    EAGER_HOST_DEVICE Index WindowOf(Index at, Index i) const {
      const Index offset = at + before - i * dilation;
      if (offset < 0) return -1;
      const Split<Index> window(offset, stride_by);
      return window.rest == 0 && window.quotient < out.value ? window.quotient : Index{-1};
    }
  };

  EAGER_HOST_DEVICE Index InputPixel(Index image, Index row, Index column) const {
    return ((image * rows_.in.value + row) * columns_.in.value + column) * in_channels_.value;
  }
  EAGER_HOST_DEVICE Index OutputPixel(Index image, Index row, Index column) const {
    return ((image * rows_.out.value + row) * columns_.out.value + column) * out_channels_.value;
  }
  EAGER_HOST_DEVICE Index FilterRow(Index i, Index j, Index depth) const {
    return ((i * columns_.size.value + j) * in_per_group_.value + depth) * out_channels_.value;
  }
  template <int n, class A, class T, class Read>
  static EAGER_HOST_DEVICE void AddProducts(const T* x, const T* f, Read read, A* sums) {
    const auto xs = *reinterpret_cast<const Lanes<T, n>*>(x), fs = *reinterpret_cast<const Lanes<T, n>*>(f);
    for (int k = 0; k < n; ++k) sums[k] += read(xs.at[k]) * read(fs.at[k]);
  }

  Axis rows_, columns_;
  Extent<Index> in_channels_, out_channels_, in_per_group_, out_per_group_;
};

}  // namespace eager::server::cuda
