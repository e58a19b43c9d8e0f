// Convolutions and pooling over volumes: images with a third axis, (batch, planes, rows, columns, channels).
#include <algorithm>

#include "common/ops/grad_context.h"
#include "common/ops/host_inputs.h"
#include "common/ops/op_table.h"
#include "common/ops/volume.h"
#include "common/status_macros.h"

namespace eager {
namespace {

using Ints = std::vector<int64_t>;

absl::StatusOr<VolumeDims> ConvDimsOf(const Attrs& attrs, const Shape& input, const Shape& filter) {
  if (filter.rank() != 5) return Invalid("filter must be 5-dimensional, got ", filter.ToString());
  if (input.rank() == 5 && input[4] != filter[3]) {
    return Invalid("input depth must be evenly divisible by filter depth: ", input[4], " vs ", filter[3]);
  }
  return VolumeDims::Make(attrs, input, filter.dims().subspan(0, 3), filter[4]);
}

absl::Status ConvShape(ShapeContext& c) {
  ASSIGN_OR_RETURN(const VolumeDims d, ConvDimsOf(c.attrs(), c.input(0), c.input(1)));
  ASSIGN_OR_RETURN(Shape out, Shape::Make(d.OutputShape().dims()));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

// Whether what flows in has the shape of what the op gives.
absl::Status CheckBackprop(const VolumeDims& d, const Shape& backprop) {
  if (backprop == d.OutputShape()) return absl::OkStatus();
  return Invalid("out_backprop must have the shape of the output, ", d.OutputShape().ToString(), ", got ",
                 backprop.ToString());
}

absl::Status BackpropInputShape(ShapeContext& c) {
  ASSIGN_OR_RETURN(Shape input, HostShape(c, 0));
  ASSIGN_OR_RETURN(const VolumeDims d, ConvDimsOf(c.attrs(), input, c.input(1)));
  RETURN_IF_ERROR(CheckBackprop(d, c.input(2)));
  c.set_output(0, std::move(input));
  return absl::OkStatus();
}

absl::Status BackpropFilterShape(ShapeContext& c) {
  ASSIGN_OR_RETURN(Shape filter, HostShape(c, 1));
  ASSIGN_OR_RETURN(const VolumeDims d, ConvDimsOf(c.attrs(), c.input(0), filter));
  RETURN_IF_ERROR(CheckBackprop(d, c.input(2)));
  c.set_output(0, std::move(filter));
  return absl::OkStatus();
}

absl::Status PoolShape(ShapeContext& c) {
  ASSIGN_OR_RETURN(const VolumeDims d, VolumeDims::OfPool(c.attrs(), c.input(0)));
  c.set_output(0, d.OutputShape());
  return absl::OkStatus();
}

// MaxPool3DGrad takes a gradient of the output and gives one of the input; MaxPool3DGradGrad the other way round.
template <bool kGradGrad>
absl::Status MaxPoolGradShape(ShapeContext& c) {
  ASSIGN_OR_RETURN(const VolumeDims d, VolumeDims::OfPool(c.attrs(), c.input(0)));
  const Shape out = d.OutputShape();
  const auto check = [&](int i, const Shape& expected) {
    if (c.input(i) == expected) return absl::OkStatus();
    return Invalid("Expected ", c.op().inputs[static_cast<size_t>(i)].name, " shape to be ", expected.ToString(),
                   ", but got ", c.input(i).ToString());
  };
  RETURN_IF_ERROR(check(1, out));
  RETURN_IF_ERROR(check(2, kGradGrad ? c.input(0) : out));
  if (!kGradGrad && c.attr<DType>("T") != c.attr<DType>("TInput")) return Invalid("T and TInput must be the same");
  c.set_output(0, kGradGrad ? out : c.input(0));
  return absl::OkStatus();
}

absl::Status AvgPoolGradShape(ShapeContext& c) {
  ASSIGN_OR_RETURN(Shape input, HostShape(c, 0));
  ASSIGN_OR_RETURN(const VolumeDims d, VolumeDims::OfPool(c.attrs(), input));
  RETURN_IF_ERROR(CheckBackprop(d, c.input(1)));
  c.set_output(0, std::move(input));
  return absl::OkStatus();
}

NamedAttrs Window(GradContext& g, std::initializer_list<absl::string_view> lists) {
  NamedAttrs attrs = {{"padding", g.attr<std::string>("padding")}, {"data_format", g.attr<std::string>("data_format")}};
  for (absl::string_view name : lists) attrs.push_back({name, g.attr<Ints>(name)});
  return attrs;
}

// The three are bilinear, and each one's gradients are the others.
struct Family {
  explicit Family(GradContext& g) : g(g), attrs(Window(g, {"strides", "dilations"})) {}
  Node Convolve(const Node& input, const Node& filter) { return g.Op("Conv3D", {input, filter}, attrs); }
  Node ToInput(const Shape& input, const Node& filter, const Node& up) {
    return g.Op("Conv3DBackpropInputV2", {g.Ints(input.dims(), DType::kInt32), filter, up}, attrs);
  }
  Node ToFilter(const Node& input, const Shape& filter, const Node& up) {
    return g.Op("Conv3DBackpropFilterV2", {input, g.Ints(filter.dims(), DType::kInt32), up}, attrs);
  }
  GradContext& g;
  const NamedAttrs attrs;
};

absl::Status ConvGrad(GradContext& g, Grads& grads) {
  Family f(g);
  const Node up = g.upstream(0);
  if (g.needs(0)) grads[0] = f.ToInput(g.shape(g.input(0)), g.input(1), up);
  if (g.needs(1)) grads[1] = f.ToFilter(g.input(0), g.shape(g.input(1)), up);
  return g.status();
}

absl::Status BackpropInputGrad(GradContext& g, Grads& grads) {
  Family f(g);
  const Node up = g.upstream(0);
  if (g.needs(1)) grads[1] = f.ToFilter(up, g.shape(g.input(1)), g.input(2));
  if (g.needs(2)) grads[2] = f.Convolve(up, g.input(1));
  return g.status();
}

absl::Status BackpropFilterGrad(GradContext& g, Grads& grads) {
  Family f(g);
  const Node up = g.upstream(0);
  if (g.needs(0)) grads[0] = f.ToInput(g.shape(g.input(0)), up, g.input(2));
  if (g.needs(2)) grads[2] = f.Convolve(g.input(0), up);
  return g.status();
}

absl::Status MaxPoolGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Op("MaxPool3DGrad", {g.input(0), g.output(0), g.upstream(0)}, Window(g, {"ksize", "strides"}));
  return g.status();
}

// Linear in the gradient alone: where the maxima are does not change with small changes of the input.
absl::Status LinearInGradient(GradContext& g, Grads& grads, absl::string_view transposed) {
  for (int i = 0; i < 2; ++i) {
    if (g.needs(i)) grads[i] = g.ZerosLike(g.input(i));
  }
  if (g.needs(2)) grads[2] = g.Op(transposed, {g.input(0), g.input(1), g.upstream(0)}, Window(g, {"ksize", "strides"}));
  return g.status();
}
absl::Status MaxPoolGradGradient(GradContext& g, Grads& grads) { return LinearInGradient(g, grads, "MaxPool3DGradGrad"); }
absl::Status MaxPoolGradGradGradient(GradContext& g, Grads& grads) { return LinearInGradient(g, grads, "MaxPool3DGrad"); }

absl::Status AvgPoolGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Op("AvgPool3DGrad", {g.Ints(g.shape(g.input(0)).dims(), DType::kInt32), g.upstream(0)},
                  Window(g, {"ksize", "strides"}));
  return g.status();
}

absl::Status AvgPoolGradGradient(GradContext& g, Grads& grads) {
  grads[1] = g.Op("AvgPool3D", {g.upstream(0)}, Window(g, {"ksize", "strides"}));
  return g.status();
}

constexpr OpDef kRows[] = {
    {.name = "Conv3D",
     .doc = "Slides a (planes, rows, columns, in_channels, out_channels) filter over volumes and sums the products.",
     .inputs = "input: T, filter: T",
     .outputs = "output: T",
     .attrs =
         "T: {half, bfloat16, float, double}, strides: list(int) >= 5, padding: string {'SAME', 'VALID'}, "
         "data_format: string {'NDHWC', 'NCDHW'} = 'NDHWC', dilations: list(int) = [1, 1, 1, 1, 1]",
     .shape = &ConvShape,
     .gradient = &ConvGrad,
     .saves = Saves::kInputs},
    {.name = "Conv3DBackpropInputV2",
     .doc = "The gradient of Conv3D with respect to its input, of shape input_sizes.",
     .inputs = "input_sizes: host Tshape, filter: T, out_backprop: T",
     .outputs = "output: T",
     .attrs =
         "T: {half, bfloat16, float, double}, strides: list(int) >= 5, padding: string {'SAME', 'VALID'}, "
         "data_format: string {'NDHWC', 'NCDHW'} = 'NDHWC', dilations: list(int) = [1, 1, 1, 1, 1], Tshape: {int32, "
         "int64} = int32",
     .shape = &BackpropInputShape,
     .gradient = &BackpropInputGrad,
     .saves = Saves::kInputs},
    {.name = "Conv3DBackpropFilterV2",
     .doc = "The gradient of Conv3D with respect to its filter, of shape filter_sizes.",
     .inputs = "input: T, filter_sizes: host int32, out_backprop: T",
     .outputs = "output: T",
     .attrs =
         "T: {half, bfloat16, float, double}, strides: list(int) >= 5, padding: string {'SAME', 'VALID'}, "
         "data_format: string {'NDHWC', 'NCDHW'} = 'NDHWC', dilations: list(int) = [1, 1, 1, 1, 1]",
     .shape = &BackpropFilterShape,
     .gradient = &BackpropFilterGrad,
     .saves = Saves::kInputs},
    {.name = "MaxPool3D",
     .doc = "The maximum of each window over volumes.",
     .inputs = "input: T",
     .outputs = "output: T",
     .attrs =
         "ksize: list(int) >= 5, strides: list(int) >= 5, padding: string {'SAME', 'VALID'}, data_format: string "
         "{'NDHWC', 'NCDHW'} = 'NDHWC', T: {half, bfloat16, float}",
     .shape = &PoolShape,
     .gradient = &MaxPoolGradient,
     .saves = Saves::kBoth},
    {.name = "MaxPool3DGrad",
     .doc = "The gradient of MaxPool3D: each window's gradient goes to its maxima, all of them.",
     .inputs = "orig_input: TInput, orig_output: TInput, grad: T",
     .outputs = "output: T",
     .attrs =
         "ksize: list(int) >= 5, strides: list(int) >= 5, padding: string {'SAME', 'VALID'}, data_format: string "
         "{'NDHWC', 'NCDHW'} = 'NDHWC', T: {half, bfloat16, float} = float, TInput: {half, bfloat16, float} = float",
     .shape = &MaxPoolGradShape<false>,
     .gradient = &MaxPoolGradGradient,
     .saves = Saves::kInputs},
    {.name = "MaxPool3DGradGrad",
     .doc = "The gradient of MaxPool3DGrad: each window's element of grad where the window has its first maximum.",
     .inputs = "orig_input: T, orig_output: T, grad: T",
     .outputs = "output: T",
     .attrs =
         "ksize: list(int) >= 5, strides: list(int) >= 5, padding: string {'SAME', 'VALID'}, data_format: string "
         "{'NDHWC', 'NCDHW'} = 'NDHWC', T: {float, double, bfloat16, half}",
     .shape = &MaxPoolGradShape<true>,
     .gradient = &MaxPoolGradGradGradient,
     .saves = Saves::kInputs},
    {.name = "AvgPool3D",
     .doc = "The mean of each window over volumes; padding does not count.",
     .inputs = "input: T",
     .outputs = "output: T",
     .attrs =
         "ksize: list(int) >= 5, strides: list(int) >= 5, padding: string {'SAME', 'VALID'}, data_format: string "
         "{'NDHWC', 'NCDHW'} = 'NDHWC', T: {half, bfloat16, float, double}",
     .shape = &PoolShape,
     .gradient = &AvgPoolGradient},
    {.name = "AvgPool3DGrad",
     .doc = "The gradient of AvgPool3D: each window's gradient is shared equally among its elements.",
     .inputs = "orig_input_shape: host int32, grad: T",
     .outputs = "output: T",
     .attrs =
         "ksize: list(int) >= 5, strides: list(int) >= 5, padding: string {'SAME', 'VALID'}, data_format: string "
         "{'NDHWC', 'NCDHW'} = 'NDHWC', T: {half, bfloat16, float, double}",
     .shape = &AvgPoolGradShape,
     .gradient = &AvgPoolGradGradient},
};

}  // namespace

absl::StatusOr<VolumeDims> VolumeDims::Make(const Attrs& attrs, const Shape& input, absl::Span<const int64_t> window,
                                            int64_t out_channels) {
  if (input.rank() != 5) return Invalid("input must be 5-dimensional, got ", input.ToString());
  if (attrs.Get<std::string>("data_format") != "NDHWC") {
    return absl::UnimplementedError("volumes are only supported in the NDHWC format");
  }
  const Ints& strides = attrs.Get<Ints>("strides");
  const bool dilated = attrs.op()->AttrIndex("dilations") >= 0;
  const Ints dilations = dilated ? attrs.Get<Ints>("dilations") : Ints(5, 1);
  for (const Ints* list : {&strides, &dilations}) {
    if (list->size() != 5) return Invalid("strides and dilations must have 5 elements");
    if ((*list)[0] != 1 || (*list)[4] != 1) {
      return Invalid("Current implementation does not yet support strides or dilations in the batch and depth dimensions.");
    }
    if (std::any_of(list->begin(), list->end(), [](int64_t x) { return x <= 0; })) {
      return Invalid("Spatial strides and dilations should be larger than 0.");
    }
  }
  VolumeDims d;
  d.batch = input[0];
  d.in_channels = input[4];
  d.out_channels = out_channels;
  for (int i = 0; i < 3; ++i) {
    WindowAxis& axis = d.axes[static_cast<size_t>(i)];
    axis.in = input[i + 1];
    axis.size = window[static_cast<size_t>(i)];
    axis.stride = strides[static_cast<size_t>(i) + 1];
    axis.dilation = dilations[static_cast<size_t>(i) + 1];
    if (axis.size <= 0) return Invalid("a window must not be empty");
    RETURN_IF_ERROR(axis.Slide(attrs.Get<std::string>("padding")));
  }
  return d;
}

absl::StatusOr<VolumeDims> VolumeDims::OfPool(const Attrs& attrs, const Shape& input) {
  const Ints& ksize = attrs.Get<Ints>("ksize");
  if (ksize.size() != 5) return Invalid("Sliding window ksize field must specify 5 dimensions");
  if (ksize[0] != 1 || ksize[4] != 1) {
    return absl::UnimplementedError("Pooling is not yet supported on the batch or depth dimension.");
  }
  if (input.rank() != 5) return Invalid("tensor_in must be 5-dimensional");
  return Make(attrs, input, absl::MakeConstSpan(ksize).subspan(1, 3), input[4]);
}

absl::Span<const OpDef> VolumeOps() { return kRows; }

}  // namespace eager
