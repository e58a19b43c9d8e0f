// The geometry of windows that slide over volumes: window.h with a third axis.
#pragma once

#include <array>
#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/ops/op_spec.h"
#include "common/ops/window.h"
#include "common/shape.h"

namespace eager {

// A convolution or a pooling over planes, rows and columns of (batch, planes, rows, columns, channels).
struct VolumeDims {
  int64_t batch = 0, in_channels = 0, out_channels = 0;
  std::array<WindowAxis, 3> axes;

  // `window` is what slides: a filter's first three extents, or a ksize's middle ones. INVALID_ARGUMENT where they do not fit.
  static absl::StatusOr<VolumeDims> Make(const Attrs& attrs, const Shape& input, absl::Span<const int64_t> window,
                                         int64_t out_channels);
  // Of a pooling op, which has its window as the attribute ksize.
  static absl::StatusOr<VolumeDims> OfPool(const Attrs& attrs, const Shape& input);

  Shape InputShape() const { return {batch, axes[0].in, axes[1].in, axes[2].in, in_channels}; }
  Shape OutputShape() const { return {batch, axes[0].out, axes[1].out, axes[2].out, out_channels}; }
  int64_t input_size() const { return axes[0].in * axes[1].in * axes[2].in; }    // of a batch, in pixels
  int64_t output_size() const { return axes[0].out * axes[1].out * axes[2].out; }
};

}  // namespace eager
