// Which pixels of an image a pixel of the resized image is made of, the same on every device.
#pragma once

#include <cmath>
#include <cstdint>

#include "server/kernels/elementwise_fns.h"

namespace eager::server {

// A pixel of the resized axis is (1 - lerp) * lower + lerp * upper.
struct ResizeSource {
  int64_t lower, upper;
  float lerp;

  // What the gradient of this pixel gives to pixel `i` of the original.
  template <class W>
  EAGER_HOST_DEVICE W Share(int64_t i) const {
    return static_cast<W>((lower == i ? 1 - lerp : 0.0f) + (upper == i ? lerp : 0.0f));
  }
};

// An axis of `original` pixels that becomes one of `resized`.
struct ResizeAxis {
  int64_t original = 0, resized = 0;
  float scale = 0;
  bool align_corners = false, half_pixel_centers = false;

  ResizeAxis(int64_t from, int64_t to, bool align, bool half_pixel)
      : original(from), resized(to), align_corners(align), half_pixel_centers(half_pixel) {
    scale = align && to > 1 ? static_cast<float>(from - 1) / static_cast<float>(to - 1)
                            : static_cast<float>(from) / static_cast<float>(to);
  }

  // Of pixel `i` of the resized axis. Sources rise along it.
  EAGER_HOST_DEVICE ResizeSource Bilinear(int64_t i) const {
    const float x = static_cast<float>(i);
    const float at = half_pixel_centers ? (x + 0.5f) * scale - 0.5f : x * scale;
    const float floor = std::floor(at);
    const int64_t below = static_cast<int64_t>(floor) < 0 ? 0 : static_cast<int64_t>(floor);
    const int64_t above = static_cast<int64_t>(std::ceil(at));
    const int64_t upper = above < original - 1 ? above : original - 1;
    return {below < upper ? below : upper, upper, at - floor};
  }
  EAGER_HOST_DEVICE ResizeSource Nearest(int64_t i) const {
    const float at = (static_cast<float>(i) + (half_pixel_centers ? 0.5f : 0.0f)) * scale;
    const int64_t nearest = static_cast<int64_t>(align_corners ? std::round(at) : std::floor(at));
    const int64_t pixel = nearest < original - 1 ? nearest : original - 1;
    return {pixel, pixel, 0};
  }
  template <bool kBilinear>
  EAGER_HOST_DEVICE ResizeSource Source(int64_t i) const {
    return kBilinear ? Bilinear(i) : Nearest(i);
  }

  // The first pixel of the resized axis that pixel `r` of the original may have gone into: those that it has are
  // neighbours.
  template <bool kBilinear>
  EAGER_HOST_DEVICE int64_t FirstFrom(int64_t r) const {
    int64_t first = 0, last = resized;
    while (first < last) {
      const int64_t middle = first + (last - first) / 2;
      if (Source<kBilinear>(middle).upper < r) {
        first = middle + 1;
      } else {
        last = middle;
      }
    }
    return first;
  }
};

// The pixel between four: left and right above, then below.
EAGER_HOST_DEVICE inline float Interpolate(float top_left, float top_right, float bottom_left, float bottom_right,
                                           float x, float y) {
  const float top = top_left + (top_right - top_left) * x, bottom = bottom_left + (bottom_right - bottom_left) * x;
  return top + (bottom - top) * y;
}

// The gradient of pixel (row, column) of the original: what the resized pixels that are made of it give back, in their
// order. grad(y, x) is a resized pixel's gradient.
template <bool kBilinear, class W, class Grad>
EAGER_HOST_DEVICE W ResizeGradient(const ResizeAxis& ys, const ResizeAxis& xs, int64_t row, int64_t column,
                                   const Grad& grad) {
  W sum(0);
  const int64_t first = xs.FirstFrom<kBilinear>(column);
  for (int64_t y = ys.FirstFrom<kBilinear>(row); y < ys.resized; ++y) {
    const ResizeSource from_rows = ys.Source<kBilinear>(y);
    if (from_rows.lower > row) break;
    const W weight = kBilinear ? from_rows.Share<W>(row) : W(1);
    for (int64_t x = first; x < xs.resized; ++x) {
      const ResizeSource from = xs.Source<kBilinear>(x);
      if (from.lower > column) break;
      const W g = grad(y, x);
      if (from.lower == column) sum += (kBilinear ? weight * (W(1) - static_cast<W>(from.lerp)) : W(1)) * g;
      if (kBilinear && from.upper == column) sum += weight * static_cast<W>(from.lerp) * g;
    }
  }
  return sum;
}

}  // namespace eager::server
