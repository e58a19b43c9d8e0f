// What layers need besides products, convolutions and pooling: biases, and half the sum of squares.
#include "absl/strings/str_cat.h"
#include "common/ops/grad_context.h"
#include "common/ops/op_table.h"
#include "common/ops/shape_context.h"
#include "common/status_macros.h"

namespace eager {
namespace {

// Where the channels are: the last axis, or the second for NCHW.
int ChannelAxis(const Shape& shape, absl::string_view data_format) {
  return data_format == "NCHW" ? 1 : shape.rank() - 1;
}

absl::Status CheckHasChannels(const Shape& shape) {
  if (shape.rank() >= 2) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("Input tensor must be at least 2D: ", shape.ToString()));
}

absl::Status BiasAddShape(ShapeContext& c) {
  const Shape &value = c.input(0), &bias = c.input(1);
  RETURN_IF_ERROR(CheckHasChannels(value));
  if (bias.rank() != 1) return absl::InvalidArgumentError(absl::StrCat("Biases must be 1D: ", bias.ToString()));
  if (bias[0] != value[ChannelAxis(value, c.attr<std::string>("data_format"))]) {
    return absl::InvalidArgumentError(
        absl::StrCat("Must provide as many biases as the last dimension of the input tensor: ", bias.ToString(),
                     " vs. ", value.ToString()));
  }
  return SameAsInput0(c);
}

absl::Status BiasAddGradShape(ShapeContext& c) {
  RETURN_IF_ERROR(CheckHasChannels(c.input(0)));
  c.set_output(0, Shape{c.input(0)[ChannelAxis(c.input(0), c.attr<std::string>("data_format"))]});
  return absl::OkStatus();
}

absl::Status ScalarShape(ShapeContext& c) {
  c.set_output(0, Shape());
  return absl::OkStatus();
}

absl::Status BiasAddGradient(GradContext& g, Grads& grads) {
  const Node up = g.upstream(0);
  if (g.needs(0)) grads[0] = up;
  if (g.needs(1)) grads[1] = g.Op("BiasAddGrad", {up}, {{"data_format", g.attr<std::string>("data_format")}});
  return g.status();
}

absl::Status BiasAddGradGradient(GradContext& g, Grads& grads) {
  const Shape& value = g.shape(g.input(0));
  const int axis = ChannelAxis(value, g.attr<std::string>("data_format"));
  Shape row = Shape(Shape::Dims(static_cast<size_t>(value.rank() - axis), 1));
  row.set_dim(0, value[axis]);
  grads[0] = g.BroadcastTo(g.Reshape(g.upstream(0), row), value);
  return g.status();
}

absl::Status L2LossGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Mul(g.input(0), g.upstream(0));
  return g.status();
}

constexpr OpDef kRows[] = {
    {.name = "BiasAdd",
     .doc = "Adds bias[c] to all of channel c.",
     .inputs = "value: T, bias: T",
     .outputs = "output: T",
     .attrs = "T: {bfloat16, half, float, double, int8, int16, int32, int64, uint8, uint16, uint32, uint64, complex64, "
              "complex128}, data_format: string {'NHWC', 'NCHW'} = 'NHWC'",
     .shape = &BiasAddShape,
     .gradient = &BiasAddGradient},
    {.name = "BiasAddGrad",
     .doc = "The gradient of BiasAdd with respect to its bias: the sum of each channel.",
     .inputs = "out_backprop: T",
     .outputs = "output: T",
     .attrs = "T: {bfloat16, half, float, double, int8, int16, int32, int64, uint8, uint16, uint32, uint64, complex64, "
              "complex128}, data_format: string {'NHWC', 'NCHW'} = 'NHWC'",
     .shape = &BiasAddGradShape,
     .gradient = &BiasAddGradGradient},
    {.name = "L2Loss",
     .doc = "Half the sum of squares of all elements.",
     .inputs = "t: T",
     .outputs = "output: T",
     .attrs = "T: {bfloat16, half, float, double}",
     .shape = &ScalarShape,
     .gradient = &L2LossGradient,
     .saves = Saves::kInputs},
};

}  // namespace

absl::Span<const OpDef> NnOps() { return kRows; }

}  // namespace eager
