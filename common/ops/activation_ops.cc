// Activation functions of layers, and the ops that TensorFlow computes their gradients with. Relu, Softplus, Sigmoid and
// Tanh are in elementwise_unary_ops.cc.
#include "absl/strings/str_cat.h"
#include "common/ops/grad_context.h"
#include "common/ops/op_table.h"
#include "common/ops/shape_context.h"

namespace eager {
namespace {

constexpr absl::string_view kReal = "T: {bfloat16, half, float, double}";
constexpr absl::string_view kRealNumber =
    "T: {bfloat16, half, float, double, int8, int16, int32, int64, uint8, uint16, uint32, uint64}";
constexpr absl::string_view kLeaky = "T: {bfloat16, half, float, double} = float, alpha: float = 0.2";

// Gradient ops take two tensors of one shape; nothing is broadcast.
absl::Status SameShapes(ShapeContext& c) {
  if (!(c.input(0) == c.input(1))) {
    return absl::InvalidArgumentError(absl::StrCat("Inputs to operation ", c.op().name, " of type ", c.op().name,
                                                   " must have the same size and shape.  Input 0: ",
                                                   c.input(0).ToString(), " != input 1: ", c.input(1).ToString()));
  }
  return SameAsInput0(c);
}

absl::Status Relu6Gradient(GradContext& g, Grads& grads) {
  grads[0] = g.Op("Relu6Grad", {g.upstream(0), g.output(0)});
  return g.status();
}

absl::Status Relu6GradGradient(GradContext& g, Grads& grads) {
  if (g.needs(0)) grads[0] = g.Op("Relu6Grad", {g.upstream(0), g.input(1)});
  if (g.needs(1)) grads[1] = g.ZerosLike(g.input(1));
  return g.status();
}

absl::Status LeakyReluGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Op("LeakyReluGrad", {g.upstream(0), g.input(0)}, {{"alpha", g.attr<float>("alpha")}});
  return g.status();
}

absl::Status LeakyReluGradGradient(GradContext& g, Grads& grads) {
  if (g.needs(0)) {
    grads[0] = g.Op("LeakyReluGrad", {g.upstream(0), g.input(1)}, {{"alpha", g.attr<float>("alpha")}});
  }
  if (g.needs(1)) grads[1] = g.ZerosLike(g.input(1));
  return g.status();
}

absl::Status EluGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Op("EluGrad", {g.upstream(0), g.output(0)});
  return g.status();
}
absl::Status SeluGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Op("SeluGrad", {g.upstream(0), g.output(0)});
  return g.status();
}

// Of the gradient ops of outputs, dy (y + a) where y < 0 and dy b elsewhere: by y it is dy where y < 0.
absl::Status ExponentialGradGradient(GradContext& g, Grads& grads, absl::string_view op) {
  const Node &dy = g.input(0), &y = g.input(1), up = g.upstream(0);
  if (g.needs(0)) grads[0] = g.Op(op, {up, y});
  if (g.needs(1)) {
    grads[1] = g.Op("SelectV2", {g.Op("Less", {y, g.Scalar(0, y)}), g.Mul(up, dy), g.ZerosLike(y)});
  }
  return g.status();
}
absl::Status EluGradGradient(GradContext& g, Grads& grads) { return ExponentialGradGradient(g, grads, "EluGrad"); }
absl::Status SeluGradGradient(GradContext& g, Grads& grads) { return ExponentialGradGradient(g, grads, "SeluGrad"); }

absl::Status SoftsignGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Op("SoftsignGrad", {g.upstream(0), g.input(0)});
  return g.status();
}

// z = dy / (1 + |x|)^2, so dz/dx = -2 z sign(x) / (1 + |x|).
absl::Status SoftsignGradGradient(GradContext& g, Grads& grads) {
  const Node &dy = g.input(0), &x = g.input(1), up = g.upstream(0);
  if (g.needs(0)) grads[0] = g.Op("SoftsignGrad", {up, x});
  if (g.needs(1)) {
    const Node z = g.Op("SoftsignGrad", {g.Mul(up, dy), x});
    const Node slope = g.Div(g.Op("Sign", {x}), g.Add(g.Scalar(1, x), g.Op("Abs", {x})));
    grads[1] = g.Mul(g.Mul(g.Scalar(-2, z), z), slope);
  }
  return g.status();
}

constexpr OpDef Activation(absl::string_view name, absl::string_view doc, absl::string_view attrs, GradientFn gradient,
                           Saves saves) {
  return {.name = name, .doc = doc, .inputs = "features: T", .outputs = "activations: T", .attrs = attrs,
          .shape = &SameAsInput0, .gradient = gradient, .saves = saves};
}

constexpr OpDef OfFeatures(absl::string_view name, absl::string_view doc, absl::string_view attrs,
                           GradientFn gradient) {
  return {.name = name, .doc = doc, .inputs = "gradients: T, features: T", .outputs = "backprops: T", .attrs = attrs,
          .shape = &SameShapes, .gradient = gradient, .saves = Saves::kInputs};
}

constexpr OpDef OfOutputs(absl::string_view name, absl::string_view doc, GradientFn gradient) {
  return {.name = name, .doc = doc, .inputs = "gradients: T, outputs: T", .outputs = "backprops: T", .attrs = kReal,
          .shape = &SameShapes, .gradient = gradient, .saves = Saves::kInputs};
}

constexpr OpDef kRows[] = {
    Activation("Relu6", "min(max(features, 0), 6).", kRealNumber, &Relu6Gradient, Saves::kOutputs),
    Activation("LeakyRelu", "features where they are positive, else alpha * features.", kLeaky, &LeakyReluGradient,
               Saves::kInputs),
    Activation("Elu", "features where they are not negative, else exp(features) - 1.", kReal, &EluGradient,
               Saves::kOutputs),
    Activation("Selu", "scale * features where they are not negative, else scale * alpha * (exp(features) - 1).", kReal,
               &SeluGradient, Saves::kOutputs),
    Activation("Softsign", "features / (1 + |features|).", kReal, &SoftsignGradient, Saves::kInputs),
    OfFeatures("Relu6Grad", "The gradient of Relu6: gradients where 0 < features < 6, else 0.", kRealNumber,
               &Relu6GradGradient),
    OfFeatures("LeakyReluGrad", "The gradient of LeakyRelu: gradients where features > 0, else alpha * gradients.",
               kLeaky, &LeakyReluGradGradient),
    OfOutputs("EluGrad", "The gradient of Elu: gradients * (outputs + 1) where outputs < 0, else gradients.",
              &EluGradGradient),
    OfOutputs("SeluGrad", "The gradient of Selu, from its outputs.", &SeluGradGradient),
    OfFeatures("SoftsignGrad", "The gradient of Softsign: gradients / (1 + |features|)^2.", kReal,
               &SoftsignGradGradient),
};

}  // namespace

absl::Span<const OpDef> ActivationOps() { return kRows; }

}  // namespace eager
