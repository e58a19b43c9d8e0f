// Convolutions over images. Each of the three is bilinear, and its gradients are the other two.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/ops/grad_context.h"
#include "common/ops/op_table.h"
#include "common/ops/shape_context.h"
#include "common/ops/window.h"
#include "common/status_macros.h"

namespace eager {
namespace {

bool IsDepthwise(absl::string_view op) { return absl::StartsWith(op, "Depthwise"); }

absl::Status CheckGroups(const ConvDims& d) {
  if (d.groups == 0 || d.out_channels % d.groups == 0) return absl::OkStatus();  // 0: depthwise, without channels
  return absl::InvalidArgumentError(absl::StrCat("output depth must be evenly divisible by number of groups: ",
                                                 d.out_channels, " vs ", d.groups));
}

absl::Status ConvShape(ShapeContext& c) {
  ASSIGN_OR_RETURN(const ConvDims d,
                   ConvDims::Make(c.attrs(), c.input(0), c.input(1), IsDepthwise(c.op().name)));
  ASSIGN_OR_RETURN(Shape out, Shape::Make(d.OutputShape(c.attr<std::string>("data_format")).dims()));
  if (out.num_elements() != 0 && !IsDepthwise(c.op().name)) {
    if (d.rows.size == 0 || d.columns.size == 0) {  // in the other ops a sum of nothing
      return absl::InvalidArgumentError("filter must not have zero elements (i.e. all dimensions must be non-zero)");
    }
    RETURN_IF_ERROR(CheckGroups(d));
  }
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

// The shape that a `host` input spells out.
absl::StatusOr<Shape> GivenShape(const ShapeContext& c, int i) {
  const absl::string_view name = c.op().inputs[i].name;
  if (c.input(i).rank() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(c.op().name, ": ", name, " input must be 1-dim, not ", c.input(i).rank()));
  }
  return Shape::Make(c.ints(i));
}

// Whether the gradient that flows in has the shape of what the convolution gives.
absl::Status CheckBackprop(const ShapeContext& c, const ConvDims& d, const Shape& backprop) {
  const auto axes = ImageAxes::Of(c.attr<std::string>("data_format"));
  const std::string op = IsDepthwise(c.op().name) ? std::string(c.op().name)
                                                  : absl::StrCat("Conv2DCustom", c.op().name.substr(6));
  if (backprop[0] != d.batch) {
    return absl::InvalidArgumentError(absl::StrCat(op, ": input and out_backprop must have the same batch size. ",
                                                   "Input batch: ", d.batch, ", outbackprop batch: ", backprop[0],
                                                   ", batch_dim: 0"));
  }
  if (backprop[axes.channels] != d.out_channels) {
    return absl::InvalidArgumentError(
        IsDepthwise(c.op().name)
            ? absl::StrCat(op, ": depth_multiplier * in_depth not equal to out_depth")
            : absl::StrCat(op, ": filter and out_backprop must have the same out_depth"));
  }
  const auto along = [&](const WindowAxis& axis, int position) {
    if (backprop[position] == axis.out) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        op, ": Size of out_backprop doesn't match computed: actual = ", backprop[position], ", computed = ", axis.out,
        " spatial_dim: ", position, " input: ", axis.in, " filter: ", axis.size, " output: ", backprop[position],
        " stride: ", axis.stride, " dilation: ", axis.dilation));
  };
  RETURN_IF_ERROR(along(d.rows, axes.rows));
  return along(d.columns, axes.columns);
}

absl::Status NotImages(absl::string_view op, absl::string_view input) {
  return absl::InvalidArgumentError(absl::StrCat(op, ": ", input, " must be 4-dimensional"));
}

absl::Status BackpropInputShape(ShapeContext& c) {
  const bool depthwise = IsDepthwise(c.op().name);
  const Shape &filter = c.input(1), &backprop = c.input(2);
  ASSIGN_OR_RETURN(Shape input, GivenShape(c, 0));
  if (filter.rank() != 4) return NotImages(c.op().name, "filter");
  if (backprop.rank() != 4) return NotImages(c.op().name, "out_backprop");
  if (input.rank() == 2 && !depthwise) {  // rows and columns; the rest follows
    const auto axes = ImageAxes::Of(c.attr<std::string>("data_format"));
    Shape whole = backprop;
    whole.set_dim(axes.rows, input[0]);
    whole.set_dim(axes.columns, input[1]);
    whole.set_dim(axes.channels, filter[2]);
    input = whole;
  } else if (input.rank() != 4) {
    return absl::InvalidArgumentError(absl::StrCat(
        c.op().name, " requires input_sizes to contain 4 values or 2 values, but got: ", input.rank()));
  }
  ASSIGN_OR_RETURN(const ConvDims d, ConvDims::Make(c.attrs(), input, filter, depthwise));
  RETURN_IF_ERROR(CheckGroups(d));
  RETURN_IF_ERROR(CheckBackprop(c, d, backprop));
  c.set_output(0, std::move(input));
  return absl::OkStatus();
}

absl::Status BackpropFilterShape(ShapeContext& c) {
  const Shape &input = c.input(0), &backprop = c.input(2);
  ASSIGN_OR_RETURN(Shape filter, GivenShape(c, 1));
  if (input.rank() != 4) return NotImages(c.op().name, "input");
  if (filter.rank() != 4) return NotImages(c.op().name, "filter_sizes");
  if (backprop.rank() != 4) return NotImages(c.op().name, "out_backprop");
  ASSIGN_OR_RETURN(const ConvDims d, ConvDims::Make(c.attrs(), input, filter, IsDepthwise(c.op().name)));
  RETURN_IF_ERROR(CheckGroups(d));
  RETURN_IF_ERROR(CheckBackprop(c, d, backprop));
  c.set_output(0, std::move(filter));
  return absl::OkStatus();
}

// The three ops that belong together, with the attributes of the recorded one.
struct Family {
  explicit Family(GradContext& g, bool depthwise)
      : g(g), forward(depthwise ? "DepthwiseConv2dNative" : "Conv2D"),
        attrs({{"strides", g.attr<std::vector<int64_t>>("strides")},
               {"padding", g.attr<std::string>("padding")},
               {"explicit_paddings", g.attr<std::vector<int64_t>>("explicit_paddings")},
               {"data_format", g.attr<std::string>("data_format")},
               {"dilations", g.attr<std::vector<int64_t>>("dilations")}}) {}

  Node Convolve(const Node& input, const Node& filter) { return g.Op(forward, {input, filter}, attrs); }
  Node BackpropInput(const Shape& input, const Node& filter, const Node& backprop) {
    return g.Op(absl::StrCat(forward, "BackpropInput"), {g.Ints(input.dims(), DType::kInt32), filter, backprop}, attrs);
  }
  Node BackpropFilter(const Node& input, const Shape& filter, const Node& backprop) {
    return g.Op(absl::StrCat(forward, "BackpropFilter"), {input, g.Ints(filter.dims(), DType::kInt32), backprop}, attrs);
  }

  GradContext& g;
  const absl::string_view forward;
  const NamedAttrs attrs;
};

template <bool kDepthwise>
absl::Status ConvGrad(GradContext& g, Grads& grads) {
  Family f(g, kDepthwise);
  const Node &input = g.input(0), &filter = g.input(1), up = g.upstream(0);
  if (g.needs(0)) grads[0] = f.BackpropInput(g.shape(input), filter, up);
  if (g.needs(1)) grads[1] = f.BackpropFilter(input, g.shape(filter), up);
  return g.status();
}

template <bool kDepthwise>
absl::Status BackpropInputGrad(GradContext& g, Grads& grads) {
  Family f(g, kDepthwise);
  const Node &filter = g.input(1), &backprop = g.input(2), up = g.upstream(0);
  if (g.needs(1)) grads[1] = f.BackpropFilter(up, g.shape(filter), backprop);
  if (g.needs(2)) grads[2] = f.Convolve(up, filter);
  return g.status();
}

template <bool kDepthwise>
absl::Status BackpropFilterGrad(GradContext& g, Grads& grads) {
  Family f(g, kDepthwise);
  const Node &input = g.input(0), &backprop = g.input(2), up = g.upstream(0);
  if (g.needs(0)) grads[0] = f.BackpropInput(g.shape(input), up, backprop);
  if (g.needs(2)) grads[2] = f.Convolve(input, up);
  return g.status();
}

constexpr absl::string_view kConvAttrs =
    "T: {bfloat16, half, float, double, int32}, strides: list(int), use_cudnn_on_gpu: bool = true, "
    "padding: string {'SAME', 'VALID', 'EXPLICIT'}, explicit_paddings: list(int) = [], "
    "data_format: string {'NHWC', 'NCHW'} = 'NHWC', dilations: list(int) = [1, 1, 1, 1]";
constexpr absl::string_view kFloatConvAttrs =
    "T: {bfloat16, half, float, double}, strides: list(int), use_cudnn_on_gpu: bool = true, "
    "padding: string {'SAME', 'VALID', 'EXPLICIT'}, explicit_paddings: list(int) = [], "
    "data_format: string {'NHWC', 'NCHW'} = 'NHWC', dilations: list(int) = [1, 1, 1, 1]";
constexpr absl::string_view kDepthwiseAttrs =
    "T: {bfloat16, half, float, double}, strides: list(int), "
    "padding: string {'SAME', 'VALID', 'EXPLICIT'}, explicit_paddings: list(int) = [], "
    "data_format: string {'NHWC', 'NCHW'} = 'NHWC', dilations: list(int) = [1, 1, 1, 1]";

constexpr OpDef Forward(absl::string_view name, absl::string_view doc, absl::string_view attrs, GradientFn gradient) {
  return {.name = name, .doc = doc, .inputs = "input: T, filter: T", .outputs = "output: T", .attrs = attrs,
          .shape = &ConvShape, .gradient = gradient, .saves = Saves::kInputs};
}

constexpr OpDef ToInput(absl::string_view name, absl::string_view doc, absl::string_view attrs, GradientFn gradient) {
  return {.name = name, .doc = doc, .inputs = "input_sizes: host int32, filter: T, out_backprop: T",
          .outputs = "output: T", .attrs = attrs, .shape = &BackpropInputShape, .gradient = gradient,
          .saves = Saves::kInputs};
}

constexpr OpDef ToFilter(absl::string_view name, absl::string_view doc, absl::string_view attrs, GradientFn gradient) {
  return {.name = name, .doc = doc, .inputs = "input: T, filter_sizes: host int32, out_backprop: T",
          .outputs = "output: T", .attrs = attrs, .shape = &BackpropFilterShape, .gradient = gradient,
          .saves = Saves::kInputs};
}

constexpr OpDef kRows[] = {
    Forward("Conv2D", "Slides a (rows, columns, in_channels, out_channels) filter over images and sums the products.",
            kConvAttrs, &ConvGrad<false>),
    ToInput("Conv2DBackpropInput", "The gradient of Conv2D with respect to its input, of shape input_sizes.",
            kConvAttrs, &BackpropInputGrad<false>),
    ToFilter("Conv2DBackpropFilter", "The gradient of Conv2D with respect to its filter, of shape filter_sizes.",
             kFloatConvAttrs, &BackpropFilterGrad<false>),
    Forward("DepthwiseConv2dNative",
            "Slides (rows, columns, channels, multiplier) filters over images, each channel by itself; gives channels * "
            "multiplier channels.",
            kDepthwiseAttrs, &ConvGrad<true>),
    ToInput("DepthwiseConv2dNativeBackpropInput",
            "The gradient of DepthwiseConv2dNative with respect to its input, of shape input_sizes.", kDepthwiseAttrs,
            &BackpropInputGrad<true>),
    ToFilter("DepthwiseConv2dNativeBackpropFilter",
             "The gradient of DepthwiseConv2dNative with respect to its filter, of shape filter_sizes.",
             kDepthwiseAttrs, &BackpropFilterGrad<true>),
};

}  // namespace

absl::Span<const OpDef> ConvOps() { return kRows; }

}  // namespace eager
