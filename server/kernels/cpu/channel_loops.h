// Loops over tensors some axis of which is channels.
//
// Where the channels are the last axis, however few, several pixels are taken at a time as one long row, and what belongs
// to a channel is repeated along it (Tile), so that the innermost loops are long and vectorise.
#pragma once

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "common/shape.h"
#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/broadcast.h"

namespace eager::server {

// A tensor as (outer, channels, inner); inner is 1 where the channels are the last axis.
struct ChannelLayout {
  int64_t outer = 1, channels = 1, inner = 1;

  ChannelLayout(const Shape& shape, absl::string_view data_format) {
    const int axis = absl::StartsWith(data_format, "NC") ? 1 : shape.rank() - 1;
    channels = shape[axis];
    for (int i = 0; i < axis; ++i) outer *= shape[i];
    for (int i = axis + 1; i < shape.rank(); ++i) inner *= shape[i];
  }

  // Elements of a row of whole pixels that is worth a loop.
  int64_t width() const { return std::max<int64_t>(1, 256 / std::max<int64_t>(1, channels)) * channels; }
  // Elements of one channel.
  int64_t per_channel() const { return outer * inner; }
};

// values[c] for each element of a row.
template <class W, class V>
std::vector<W> Tile(const ChannelLayout& l, const V& values) {
  std::vector<W> row(static_cast<size_t>(l.width()));
  for (size_t i = 0; i < row.size(); ++i) row[i] = static_cast<W>(values[i % l.channels]);
  return row;
}

// Calls body(i, j) for all elements i in parallel, where j is the place in a row that Tile made for i's channel.
template <class Body>
void ForChannels(const ChannelLayout& l, Body body) {
  const int64_t total = l.outer * l.channels * l.inner;
  if (total == 0) return;
  if (l.inner == 1) {
    const int64_t width = l.width();
    ParallelFor(total, std::max<int64_t>(1, kElementwiseGrain / width) * width, [&](int64_t begin, int64_t end) {
      for (int64_t at = begin; at < end; at += width) {
        const int64_t n = std::min(width, end - at);
#pragma GCC ivdep
        for (int64_t j = 0; j < n; ++j) body(at + j, j);
      }
    });
    return;
  }
  ParallelFor(l.outer * l.channels, std::max<int64_t>(1, kElementwiseGrain / l.inner), [&](int64_t begin, int64_t end) {
    for (int64_t line = begin; line < end; ++line) {
      const int64_t channel = line % l.channels;
#pragma GCC ivdep
      for (int64_t i = line * l.inner; i < (line + 1) * l.inner; ++i) body(i, channel);
    }
  });
}

// The sum of term(i, j), as ForChannels calls it, over the elements of each channel. A few terms are added up as Lane,
// many as Acc. The result does not depend on the number of threads.
template <class Lane, class Acc, class Term>
std::vector<Acc> SumChannels(const ChannelLayout& l, Term term) {
  constexpr int64_t kPart = 1 << 15, kFew = 16;
  std::vector<Acc> sums(static_cast<size_t>(l.channels));
  const int64_t total = l.outer * l.channels * l.inner;
  if (total == 0) return sums;
  if (l.inner != 1) {
    ParallelFor(l.channels, std::max<int64_t>(1, kPart / l.per_channel()), [&](int64_t begin, int64_t end) {
      for (int64_t c = begin; c < end; ++c) {
        for (int64_t o = 0; o < l.outer; ++o) {
          const int64_t first = (o * l.channels + c) * l.inner;
          for (int64_t i = first; i < first + l.inner; ++i) sums[c] += term(i, c);
        }
      }
    });
    return sums;
  }
  const int64_t width = l.width(), part = std::max<int64_t>(1, kPart / width) * width;
  const int64_t parts = (total - 1) / part + 1;
  std::vector<Acc> partial(static_cast<size_t>(parts * l.channels));
  ParallelFor(parts, 1, [&](int64_t begin, int64_t end) {
    std::vector<Lane> lanes(static_cast<size_t>(width));
    std::vector<Acc> row_sums(lanes.size());
    for (int64_t p = begin; p < end; ++p) {
      std::fill(row_sums.begin(), row_sums.end(), Acc(0));
      Acc* to = partial.data() + p * l.channels;
      const int64_t last = std::min(total, (p + 1) * part);
      for (int64_t at = p * part; at < last;) {
        std::fill(lanes.begin(), lanes.end(), Lane(0));
        for (int64_t row = 0; row < kFew && at < last; ++row, at += width) {
          const int64_t n = std::min(width, last - at);
          Lane* totals = lanes.data();
#pragma GCC ivdep
          for (int64_t j = 0; j < n; ++j) totals[j] += term(at + j, j);
        }
        for (int64_t j = 0; j < width; ++j) row_sums[j] += lanes[j];
      }
      for (int64_t i = 0; i < width; i += l.channels) {
        for (int64_t c = 0; c < l.channels; ++c) to[c] += row_sums[i + c];
      }
    }
  });
  for (int64_t p = 0; p < parts; ++p) {
    for (int64_t c = 0; c < l.channels; ++c) sums[c] += partial[p * l.channels + c];
  }
  return sums;
}

}  // namespace eager::server
