// The geometry of windows that slide over images, for the shape functions and the kernels of convolutions and pooling.
// Source: TensorFlow's rules for SAME, VALID and EXPLICIT padding (tf.nn.convolution).
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/ops/op_spec.h"
#include "common/shape.h"

namespace eager {

// Where the axes of a batch of images are. The attribute data_format: "NHWC" or "NCHW".
struct ImageAxes {
  int rows = 1, columns = 2, channels = 3;
  static ImageAxes Of(absl::string_view data_format) {
    return data_format == "NCHW" ? ImageAxes{2, 3, 1} : ImageAxes{};
  }
};

// A window along one axis of an image. Output element i sees the input elements i * stride - before + j * dilation,
// 0 <= j < size; those outside [0, in) are padding.
struct WindowAxis {
  int64_t in = 0, out = 0;
  int64_t size = 1, stride = 1, dilation = 1;
  int64_t before = 0, after = 0;  // padding

  // Input elements from the first that a window sees to the last.
  int64_t extent() const { return (size - 1) * dilation + 1; }
  // Sets `out`, and the padding unless it is EXPLICIT. INVALID_ARGUMENT if the window is larger than the padded input.
  absl::Status Slide(absl::string_view padding);

  friend bool operator==(const WindowAxis&, const WindowAxis&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const WindowAxis& a) {
    return H::combine(std::move(h), a.in, a.out, a.size, a.stride, a.dilation, a.before, a.after);
  }
};

// A convolution. Its filter is (rows.size, columns.size, in_channels / groups, out_channels), whose output channels
// belong to the groups in order; a depthwise filter (…, channels, multiplier) lies in memory as one with a group for
// each channel.
struct ConvDims {
  int64_t batch = 0, in_channels = 0, out_channels = 0, groups = 1;
  WindowAxis rows, columns;

  // From the attributes and shapes of a Conv2D or, if `depthwise`, DepthwiseConv2dNative. INVALID_ARGUMENT or
  // UNIMPLEMENTED, as TensorFlow, where they do not fit together; whether groups divide out_channels is the caller's to
  // ask, as TensorFlow does not where there is nothing to compute.
  static absl::StatusOr<ConvDims> Make(const Attrs& attrs, const Shape& input, const Shape& filter, bool depthwise);
  // The shape of the result under the attribute data_format.
  Shape OutputShape(absl::string_view data_format) const;
  // Multiplications of a pass, as a measure of work; no more than a double holds.
  double work() const;

  friend bool operator==(const ConvDims&, const ConvDims&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const ConvDims& d) {
    return H::combine(std::move(h), d.batch, d.in_channels, d.out_channels, d.groups, d.rows, d.columns);
  }
};

// A pooling window over rows and columns, or over channels alone.
struct PoolDims {
  int64_t batch = 0, channels = 0;
  WindowAxis rows, columns;
  int64_t depth = 1;  // channels that become one; they do not overlap

  // From the attributes of a pooling op and the shape of the image it pools. INVALID_ARGUMENT or UNIMPLEMENTED, as
  // TensorFlow, where they do not fit together.
  static absl::StatusOr<PoolDims> Make(const Attrs& attrs, const Shape& input);
  Shape OutputShape(absl::string_view data_format) const;
};

}  // namespace eager
