// Pooling: the maximum or mean of windows over images.
#include "absl/strings/str_cat.h"
#include "common/ops/grad_context.h"
#include "common/ops/op_table.h"
#include "common/ops/shape_context.h"
#include "common/ops/window.h"
#include "common/status_macros.h"

namespace eager {
namespace {

absl::Status PoolShape(ShapeContext& c) {
  ASSIGN_OR_RETURN(const PoolDims d, PoolDims::Make(c.attrs(), c.input(0)));
  if (d.depth != 1 && c.op().name == "AvgPool") {
    return absl::UnimplementedError("Non-spatial pooling is not yet supported.");
  }
  c.set_output(0, d.OutputShape(c.attr<std::string>("data_format")));
  return absl::OkStatus();
}

absl::Status CheckShape(const ShapeContext& c, int i, const Shape& expected) {
  if (c.input(i) == expected) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("Expected ", c.op().inputs[i].name, " shape to be ",
                                                 expected.ToString(), ", but got ", c.input(i).ToString()));
}

// MaxPoolGrad takes a gradient of the output and gives one of the input; MaxPoolGradGrad the other way round.
template <bool kGradGrad>
absl::Status MaxPoolGradShape(ShapeContext& c) {
  constexpr absl::string_view kTensorFlowNames[] = {"tensor_in", "tensor_out", "out_backprop"};
  for (int i = 0; i < 3; ++i) {
    if (c.input(i).rank() != 4) {
      return absl::InvalidArgumentError(absl::StrCat(kTensorFlowNames[i], " must be 4-dimensional"));
    }
  }
  ASSIGN_OR_RETURN(const PoolDims d, PoolDims::Make(c.attrs(), c.input(0)));
  const Shape in = c.input(0), out = d.OutputShape(c.attr<std::string>("data_format"));
  RETURN_IF_ERROR(CheckShape(c, 1, out));
  RETURN_IF_ERROR(CheckShape(c, 2, kGradGrad ? in : out));
  c.set_output(0, kGradGrad ? out : in);
  return absl::OkStatus();
}

absl::Status AvgPoolGradShape(ShapeContext& c) {
  if (c.input(0).rank() != 1 || c.input(0)[0] != 4) {
    return absl::InvalidArgumentError("out_backprop must be 1-dimensional and 4 elements");
  }
  if (c.input(1).rank() != 4) return absl::InvalidArgumentError("out_backprop must be 4-dimensional");
  ASSIGN_OR_RETURN(Shape in, Shape::Make(c.ints(0)));
  ASSIGN_OR_RETURN(const PoolDims d, PoolDims::Make(c.attrs(), in));
  RETURN_IF_ERROR(CheckShape(c, 1, d.OutputShape(c.attr<std::string>("data_format"))));
  c.set_output(0, std::move(in));
  return absl::OkStatus();
}

NamedAttrs WindowAttrs(GradContext& g) {
  return {{"ksize", g.attr<std::vector<int64_t>>("ksize")},
          {"strides", g.attr<std::vector<int64_t>>("strides")},
          {"padding", g.attr<std::string>("padding")},
          {"data_format", g.attr<std::string>("data_format")}};
}

absl::Status MaxPoolGradient(GradContext& g, Grads& grads) {
  NamedAttrs attrs = WindowAttrs(g);
  attrs.push_back({"explicit_paddings", g.attr<std::vector<int64_t>>("explicit_paddings")});
  grads[0] = g.Op("MaxPoolGrad", {g.input(0), g.output(0), g.upstream(0)}, attrs);
  return g.status();
}

// Linear in the gradient alone: where the maxima are does not change with small changes of the input.
absl::Status LinearInGradient(GradContext& g, Grads& grads, absl::string_view transposed) {
  if (g.needs(0)) grads[0] = g.ZerosLike(g.input(0));
  if (g.needs(1)) grads[1] = g.ZerosLike(g.input(1));
  if (g.needs(2)) grads[2] = g.Op(transposed, {g.input(0), g.input(1), g.upstream(0)}, WindowAttrs(g));
  return g.status();
}
absl::Status MaxPoolGradGradient(GradContext& g, Grads& grads) { return LinearInGradient(g, grads, "MaxPoolGradGrad"); }
absl::Status MaxPoolGradGradGradient(GradContext& g, Grads& grads) { return LinearInGradient(g, grads, "MaxPoolGrad"); }

absl::Status AvgPoolGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Op("AvgPoolGrad", {g.Ints(g.shape(g.input(0)).dims(), DType::kInt32), g.upstream(0)}, WindowAttrs(g));
  return g.status();
}

absl::Status AvgPoolGradGradient(GradContext& g, Grads& grads) {
  grads[1] = g.Op("AvgPool", {g.upstream(0)}, WindowAttrs(g));
  return g.status();
}

constexpr OpDef kRows[] = {
    {.name = "MaxPool",
     .doc = "The maximum of each window over images, or over channels if ksize says so.",
     .inputs = "input: T",
     .outputs = "output: T",
     .attrs = "T: {half, bfloat16, float, double, int32, int64, uint8, int16, int8, uint16} = float, "
              "ksize: list(int) >= 4, strides: list(int) >= 4, padding: string {'SAME', 'VALID', 'EXPLICIT'}, "
              "explicit_paddings: list(int) = [], data_format: string {'NHWC', 'NCHW', 'NCHW_VECT_C'} = 'NHWC'",
     .shape = &PoolShape,
     .gradient = &MaxPoolGradient,
     .saves = Saves::kBoth},
    {.name = "MaxPoolGrad",
     .doc = "The gradient of MaxPool: each window's gradient goes to its first maximum.",
     .inputs = "orig_input: T, orig_output: T, grad: T",
     .outputs = "output: T",
     .attrs = "ksize: list(int) >= 4, strides: list(int) >= 4, padding: string {'SAME', 'VALID', 'EXPLICIT'}, "
              "explicit_paddings: list(int) = [], data_format: string {'NHWC', 'NCHW'} = 'NHWC', "
              "T: {half, bfloat16, float, double, int32, int64, uint8, int16, int8, uint16, uint32, uint64} = float",
     .shape = &MaxPoolGradShape<false>,
     .gradient = &MaxPoolGradGradient,
     .saves = Saves::kInputs},
    {.name = "MaxPoolGradGrad",
     .doc = "The gradient of MaxPoolGrad: each window's element of grad where the window has its first maximum.",
     .inputs = "orig_input: T, orig_output: T, grad: T",
     .outputs = "output: T",
     .attrs = "ksize: list(int) >= 4, strides: list(int) >= 4, padding: string {'SAME', 'VALID'}, "
              "data_format: string {'NHWC', 'NCHW'} = 'NHWC', "
              "T: {half, bfloat16, float, double, int32, int64, uint8, int16, int8, uint16, uint32, uint64}",
     .shape = &MaxPoolGradShape<true>,
     .gradient = &MaxPoolGradGradGradient,
     .saves = Saves::kInputs},
    {.name = "AvgPool",
     .doc = "The mean of each window over images; padding does not count.",
     .inputs = "value: T",
     .outputs = "output: T",
     .attrs = "ksize: list(int) >= 4, strides: list(int) >= 4, padding: string {'SAME', 'VALID'}, "
              "data_format: string {'NHWC', 'NCHW'} = 'NHWC', T: {half, bfloat16, float, double}",
     .shape = &PoolShape,
     .gradient = &AvgPoolGradient},
    {.name = "AvgPoolGrad",
     .doc = "The gradient of AvgPool: each window's gradient is shared equally among its elements.",
     .inputs = "orig_input_shape: host int32, grad: T",
     .outputs = "output: T",
     .attrs = "ksize: list(int) >= 4, strides: list(int) >= 4, padding: string {'SAME', 'VALID'}, "
              "data_format: string {'NHWC', 'NCHW'} = 'NHWC', T: {half, bfloat16, float, double}",
     .shape = &AvgPoolGradShape,
     .gradient = &AvgPoolGradGradient},
};

}  // namespace

absl::Span<const OpDef> PoolOps() { return kRows; }

}  // namespace eager
