// Loops over tensors whose last axis is channels, however few: several pixels are taken at a time, as one long row.
#pragma once

#include <algorithm>
#include <vector>

#include "server/device/cpu/compute.h"

namespace eager::server {

// How many pixels make a row that is worth a loop.
inline int64_t PixelsPerRow(int64_t channels) { return std::max<int64_t>(1, 256 / std::max<int64_t>(1, channels)); }

// The sum of each channel over `pixels` pixels. terms(at, totals, n) adds the terms of the n elements from `at` on, a whole
// number of pixels, to as many totals of type Lane; Acc, which may be wider, adds up what many of them give. The result
// does not depend on the number of threads.
template <class Lane, class Acc, class Terms>
std::vector<Acc> SumChannels(int64_t pixels, int64_t channels, Terms terms) {
  constexpr int64_t kPart = 1 << 15, kRows = 64;
  const int64_t per_row = PixelsPerRow(channels), width = per_row * channels;
  const int64_t part = std::max<int64_t>(1, kPart / width) * per_row;  // pixels
  const int64_t parts = pixels == 0 ? 0 : (pixels - 1) / part + 1;
  std::vector<Acc> partial(static_cast<size_t>(parts * channels));
  ParallelFor(parts, 1, [&](int64_t begin, int64_t end) {
    std::vector<Lane> lanes(static_cast<size_t>(width));
    for (int64_t p = begin; p < end; ++p) {
      Acc* sums = partial.data() + p * channels;
      const int64_t last = std::min(pixels, (p + 1) * part) * channels;
      for (int64_t at = p * part * channels; at < last;) {  // a few rows in floats, then on to the long sums
        std::fill(lanes.begin(), lanes.end(), Lane(0));
        for (int64_t row = 0; row < kRows && at < last; ++row, at += width) {
          terms(at, lanes.data(), std::min(width, last - at));
        }
        for (int64_t i = 0; i < width; i += channels) {
          for (int64_t c = 0; c < channels; ++c) sums[c] += lanes[i + c];
        }
      }
    }
  });
  std::vector<Acc> sums(static_cast<size_t>(channels));
  for (int64_t p = 0; p < parts; ++p) {
    for (int64_t c = 0; c < channels; ++c) sums[c] += partial[p * channels + c];
  }
  return sums;
}

}  // namespace eager::server
