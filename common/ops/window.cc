#include "common/ops/window.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status_macros.h"

namespace eager {
namespace {

using Ints = std::vector<int64_t>;

Shape ImageShape(absl::string_view data_format, int64_t batch, int64_t rows, int64_t columns, int64_t channels) {
  return data_format == "NCHW" ? Shape{batch, channels, rows, columns} : Shape{batch, rows, columns, channels};
}

// Reads the padding around rows and columns that EXPLICIT names.
absl::Status ExplicitPadding(const Attrs& attrs, ImageAxes axes, WindowAxis& rows, WindowAxis& columns) {
  if (attrs.op()->AttrIndex("explicit_paddings") < 0 || attrs.Get<std::string>("padding") != "EXPLICIT") {
    return absl::OkStatus();
  }
  const Ints& given = attrs.Get<Ints>("explicit_paddings");
  if (given.size() != 8) {
    return absl::InvalidArgumentError(
        absl::StrCat("explicit_paddings attribute must contain 8 values, but got: ", given.size()));
  }
  if (std::any_of(given.begin(), given.end(), [](int64_t p) { return p < 0; })) {
    return absl::InvalidArgumentError("All elements of explicit_paddings must be nonnegative");
  }
  if (given[0] != 0 || given[1] != 0 || given[2 * axes.channels] != 0 || given[2 * axes.channels + 1] != 0) {
    return absl::InvalidArgumentError(
        "Nonzero explicit padding in the batch or depth dimensions is not supported");
  }
  rows.before = given[2 * axes.rows];
  rows.after = given[2 * axes.rows + 1];
  columns.before = given[2 * axes.columns];
  columns.after = given[2 * axes.columns + 1];
  return absl::OkStatus();
}

// TensorFlow has two codes for strides and dilations of the batch or the channels.
absl::Status NotAcrossImages(absl::string_view op, absl::string_view what) {
  const bool invalid = op == "Conv2DBackpropFilter" || (what == "strides" && absl::StartsWith(op, "Depthwise"));
  return absl::Status(invalid ? absl::StatusCode::kInvalidArgument : absl::StatusCode::kUnimplemented,
                      absl::StrCat("Current implementation does not yet support ", what,
                                   " in the batch and depth dimensions."));
}

absl::Status CheckConvAttrs(const Attrs& attrs, ImageAxes axes) {
  const Ints& strides = attrs.Get<Ints>("strides");
  const Ints& dilations = attrs.Get<Ints>("dilations");
  if (dilations.size() != 4) {
    return absl::InvalidArgumentError("Sliding window dilations field must specify 4 dimensions");
  }
  if (strides.size() != 4) {
    return absl::InvalidArgumentError("Sliding window strides field must specify 4 dimensions");
  }
  if (strides[0] != 1 || strides[axes.channels] != 1) {
    return NotAcrossImages(attrs.op()->name, "strides");
  }
  if (strides[axes.rows] <= 0 || strides[axes.columns] <= 0) {
    return absl::InvalidArgumentError("Row and column strides should be larger than 0.");
  }
  // TensorFlow's gradients of depthwise convolutions do not look at these.
  const bool unread = absl::StartsWith(attrs.op()->name, "DepthwiseConv2dNativeBackprop");
  if (!unread && (dilations[0] != 1 || dilations[axes.channels] != 1)) {
    return NotAcrossImages(attrs.op()->name, "dilations");
  }
  if (dilations[axes.rows] <= 0 || dilations[axes.columns] <= 0) {
    return absl::InvalidArgumentError("Dilated rates should be larger than 0.");
  }
  if (attrs.Get<std::string>("padding") != "EXPLICIT" && !attrs.Get<Ints>("explicit_paddings").empty()) {
    return absl::InvalidArgumentError(
        "explicit_paddings attribute must be empty if the padding attribute is not EXPLICIT");
  }
  return absl::OkStatus();
}

// In TensorFlow's order, which decides the code where several things are wrong. The stride along channels counts only
// where the window spans some: an op that pools rows and columns ignores it.
absl::Status CheckPoolAttrs(absl::string_view op, const Ints& ksize, const Ints& strides, ImageAxes axes) {
  const auto too_small = [](int64_t n) { return n <= 0 || n > INT32_MAX; };
  const bool positive = std::none_of(ksize.begin(), ksize.end(), too_small);
  const absl::Status not_positive = absl::InvalidArgumentError(absl::StrCat(
      "Sliding window ksize must be positive. The specified or inferred ksize is: ", absl::StrJoin(ksize, ",")));
  if (op == "MaxPool" && !positive) return not_positive;
  if (ksize[0] != 1 || strides[0] != 1) {
    return absl::UnimplementedError("Pooling is not yet supported on the batch dimension.");
  }
  const bool across_channels = ksize[axes.channels] != 1 || strides[axes.channels] != 1;
  if (absl::StartsWith(op, "MaxPoolGrad") && across_channels) {
    return absl::UnimplementedError(
        absl::StrCat("MaxPooling", op.substr(7), " is not yet supported on the depth dimension."));
  }
  if (op == "AvgPoolGrad" && ksize[axes.channels] != 1) {
    return absl::UnimplementedError("Non-spatial pooling is not yet supported.");
  }
  if (!positive) return not_positive;
  for (int axis : {axes.rows, axes.columns}) {
    if (too_small(strides[axis])) {
      return absl::InvalidArgumentError(absl::StrCat("Stride must be > 0, but got ", strides[axis]));
    }
  }
  return absl::OkStatus();
}

// The shapes of gradients are spelled out in int32, and beyond it products of extents could overflow.
absl::Status CheckExtents(absl::string_view what, const Shape& shape) {
  for (int64_t extent : shape.dims()) {
    if (extent > INT32_MAX) return absl::InvalidArgumentError(absl::StrCat(what, " too large: ", shape.ToString()));
  }
  return absl::OkStatus();
}

// Sets channels and groups.
absl::Status PairChannels(int64_t in_depth, const Shape& filter, bool depthwise, ConvDims& d) {
  const int64_t depth = filter[2];
  d.in_channels = in_depth;
  if (depthwise) {
    if (depth != in_depth) {
      return absl::InvalidArgumentError(
          absl::StrCat("input and filter must have the same depth: ", in_depth, " vs ", depth));
    }
    d.groups = in_depth;
    d.out_channels = in_depth * filter[3];
    return absl::OkStatus();
  }
  if (depth <= 0) return absl::InvalidArgumentError(absl::StrCat("filter depth must be stricly positive, got ", depth));
  if (in_depth % depth != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("input depth must be evenly divisible by filter depth: ", in_depth, " vs ", depth));
  }
  d.groups = std::max<int64_t>(1, in_depth / depth);
  d.out_channels = filter[3];
  return absl::OkStatus();
}

}  // namespace

absl::Status WindowAxis::Slide(absl::string_view padding) {
  if (padding == "SAME") {
    out = (in + stride - 1) / stride;
    const int64_t missing = std::max<int64_t>(0, (out - 1) * stride + extent() - in);
    before = missing / 2;
    after = missing - before;
    return absl::OkStatus();
  }
  out = (in + before + after - extent() + stride) / stride;
  if (out >= 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("Computed output size would be negative: ", out, " [input_size: ",
                                                 in + before + after, ", effective_filter_size: ", extent(),
                                                 ", stride: ", stride, "]"));
}

absl::StatusOr<ConvDims> ConvDims::Make(const Attrs& attrs, const Shape& input, const Shape& filter, bool depthwise) {
  const auto axes = ImageAxes::Of(attrs.Get<std::string>("data_format"));
  RETURN_IF_ERROR(CheckConvAttrs(attrs, axes));
  ConvDims d;
  RETURN_IF_ERROR(ExplicitPadding(attrs, axes, d.rows, d.columns));
  const absl::string_view op = depthwise ? "" : "convolution ";
  if (input.rank() != 4) {
    return absl::InvalidArgumentError(absl::StrCat(op, "input must be 4-dimensional: ", input.ToString()));
  }
  if (filter.rank() != 4) {
    return absl::InvalidArgumentError(absl::StrCat(op, "filter must be 4-dimensional: ", filter.ToString()));
  }
  RETURN_IF_ERROR(CheckExtents("input", input));
  RETURN_IF_ERROR(CheckExtents("filter", filter));
  d.batch = input[0];
  RETURN_IF_ERROR(PairChannels(input[axes.channels], filter, depthwise, d));
  const auto along = [&](WindowAxis& axis, int position, int filter_axis) {
    axis.in = input[position];
    axis.size = filter[filter_axis];
    axis.stride = attrs.Get<Ints>("strides")[position];
    axis.dilation = attrs.Get<Ints>("dilations")[position];
    // Beyond this no product of the extents below can overflow.
    if (std::max({axis.size, axis.stride, axis.dilation, axis.before, axis.after}) > INT32_MAX) {
      return absl::InvalidArgumentError("filter, stride, dilation or padding is too large");
    }
    return axis.Slide(attrs.Get<std::string>("padding"));
  };
  RETURN_IF_ERROR(along(d.rows, axes.rows, 0));
  RETURN_IF_ERROR(along(d.columns, axes.columns, 1));
  return d;
}

Shape ConvDims::OutputShape(absl::string_view data_format) const {
  return ImageShape(data_format, batch, rows.out, columns.out, out_channels);
}

double ConvDims::work() const {
  double product = 1;
  for (int64_t n : {batch, rows.out, columns.out, rows.size, columns.size, out_channels, in_channels}) {
    product *= static_cast<double>(n);
  }
  return product / static_cast<double>(std::max<int64_t>(1, groups));
}

absl::StatusOr<PoolDims> PoolDims::Make(const Attrs& attrs, const Shape& input) {
  const Ints& ksize = attrs.Get<Ints>("ksize");
  const Ints& strides = attrs.Get<Ints>("strides");
  const std::string& data_format = attrs.Get<std::string>("data_format");
  for (const auto& [name, field] : {std::pair("ksize", &ksize), std::pair("strides", &strides)}) {
    if (field->size() != 4) {
      return absl::InvalidArgumentError(absl::StrCat("Sliding window ", name, " field must specify 4 dimensions"));
    }
  }
  if (data_format != "NHWC" && data_format != "NCHW") {
    return absl::InvalidArgumentError(absl::StrCat("data_format must be NHWC or NCHW, got ", data_format));
  }
  const auto axes = ImageAxes::Of(data_format);
  RETURN_IF_ERROR(CheckPoolAttrs(attrs.op()->name, ksize, strides, axes));
  if (input.rank() != 4) {
    return absl::InvalidArgumentError(absl::StrCat("tensor_in_shape must have 2 spatial dimensions. ", input.rank(),
                                                   " ", data_format == "NHWC" ? 0 : 1));
  }
  RETURN_IF_ERROR(CheckExtents("tensor_in", input));
  PoolDims d;
  d.batch = input[0];
  d.channels = input[axes.channels];
  d.depth = ksize[axes.channels];
  RETURN_IF_ERROR(ExplicitPadding(attrs, axes, d.rows, d.columns));
  const auto along = [&](WindowAxis& axis, int position, absl::string_view first, absl::string_view last) {
    axis.in = input[position];
    axis.size = ksize[position];
    axis.stride = strides[position];
    for (const auto& [name, pad] : {std::pair(first, axis.before), std::pair(last, axis.after)}) {
      if (pad < axis.size) continue;
      return absl::InvalidArgumentError(
          absl::StrCat(name, " padding ", pad, " needs to be smaller than the window size ", axis.size));
    }
    return axis.Slide(attrs.Get<std::string>("padding"));
  };
  RETURN_IF_ERROR(along(d.rows, axes.rows, "Top", "Bottom"));
  RETURN_IF_ERROR(along(d.columns, axes.columns, "Left", "Right"));
  if (d.depth == 1) return d;
  if (d.rows.size != 1 || d.columns.size != 1) {
    return absl::UnimplementedError(
        "MaxPooling supports exactly one of pooling across depth or pooling across width/height.");
  }
  if (d.channels % d.depth != 0) {
    return absl::UnimplementedError(
        "Depthwise max pooling requires the depth window to evenly divide the input depth");
  }
  if (strides[axes.channels] != d.depth) {
    return absl::UnimplementedError("Depthwise max pooling requires the depth window to equal the depth stride");
  }
  return d;
}

Shape PoolDims::OutputShape(absl::string_view data_format) const {
  return ImageShape(data_format, batch, rows.out, columns.out, channels / depth);
}

}  // namespace eager
