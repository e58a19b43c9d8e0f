// Ops of one tensor, element by element, and the ops that TensorFlow computes their gradients with.
#include "absl/strings/str_cat.h"
#include "common/ops/grad_context.h"
#include "common/ops/op_table.h"
#include "common/ops/shape_context.h"

namespace eager {
namespace {

constexpr absl::string_view kReal = "T: {bfloat16, half, float, double}";
constexpr absl::string_view kInexact = "T: {bfloat16, half, float, double, complex64, complex128}";
constexpr absl::string_view kSigned =
    "T: {bfloat16, half, float, double, int8, int16, int32, int64, complex64, complex128}";
constexpr absl::string_view kSignedReal = "T: {bfloat16, half, float, double, int8, int16, int32, int64}";
constexpr absl::string_view kNumber =
    "T: {bfloat16, half, float, double, int8, int16, int32, int64, uint8, uint16, uint32, uint64, complex64, "
    "complex128}";
constexpr absl::string_view kRealNumber =
    "T: {bfloat16, half, float, double, int8, int16, int32, int64, uint8, uint16, uint32, uint64}";

// Gradient ops take two tensors of one shape; nothing is broadcast.
absl::Status SameShapes(ShapeContext& c) {
  if (!(c.input(0) == c.input(1))) {
    return absl::InvalidArgumentError(absl::StrCat("Inputs to operation ", c.op().name, " of type ", c.op().name,
                                                   " must have the same size and shape.  Input 0: ",
                                                   c.input(0).ToString(), " != input 1: ", c.input(1).ToString()));
  }
  return SameAsInput0(c);
}

absl::Status PassThrough(GradContext& g, Grads& grads) {
  grads[0] = g.upstream(0);
  return g.status();
}

// Between floating types the gradient is cast back; a cast from or to integers has none.
absl::Status CastGradient(GradContext& g, Grads& grads) {
  const DType from = g.input(0).spec.dtype;
  if (IsDifferentiable(from) && IsDifferentiable(g.output(0).spec.dtype)) grads[0] = g.Cast(g.upstream(0), from);
  return g.status();
}

absl::Status AbsGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Mul(g.upstream(0), g.Op("Sign", {g.input(0)}));
  return g.status();
}

absl::Status NegGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Neg(g.upstream(0));
  return g.status();
}

// Zeros rather than none: the path through Sign counts as connected.
absl::Status SignGradient(GradContext& g, Grads& grads) {
  grads[0] = g.ZerosLike(g.input(0));
  return g.status();
}

absl::Status SquareGradient(GradContext& g, Grads& grads) {
  const Node x = g.Conj(g.input(0));
  grads[0] = g.Mul(g.upstream(0), g.Mul(x, g.Scalar(2, x)));
  return g.status();
}

// For the ops whose gradient op takes (y, dy): SqrtGrad, TanhGrad, …
absl::Status GradientOfOutput(GradContext& g, Grads& grads, absl::string_view gradient_op) {
  grads[0] = g.Op(gradient_op, {g.output(0), g.upstream(0)});
  return g.status();
}
absl::Status SqrtGradient(GradContext& g, Grads& grads) { return GradientOfOutput(g, grads, "SqrtGrad"); }
absl::Status RsqrtGradient(GradContext& g, Grads& grads) { return GradientOfOutput(g, grads, "RsqrtGrad"); }
absl::Status ReciprocalGradient(GradContext& g, Grads& grads) { return GradientOfOutput(g, grads, "ReciprocalGrad"); }
absl::Status TanhGradient(GradContext& g, Grads& grads) { return GradientOfOutput(g, grads, "TanhGrad"); }
absl::Status SigmoidGradient(GradContext& g, Grads& grads) { return GradientOfOutput(g, grads, "SigmoidGrad"); }

// z = 0.5 dy / y
absl::Status SqrtGradGradient(GradContext& g, Grads& grads) {
  const Node quotient = g.Div(g.upstream(0), g.input(0));
  if (g.needs(0)) grads[0] = g.Mul(g.Neg(quotient), g.output(0));
  if (g.needs(1)) grads[1] = g.Mul(g.Scalar(0.5, quotient), quotient);
  return g.status();
}

// z = -0.5 dy y^3
absl::Status RsqrtGradGradient(GradContext& g, Grads& grads) {
  const Node &y = g.input(0), &dy = g.input(1);
  const Node up = g.upstream(0);
  if (g.needs(0)) grads[0] = g.Mul(g.Mul(g.Mul(g.Scalar(-1.5, up), up), dy), g.Square(y));
  if (g.needs(1)) grads[1] = g.Op("RsqrtGrad", {y, up});
  return g.status();
}

// z = -dy y^2 (ReciprocalGrad) and z = dy (1 - y^2) (TanhGrad) have the same derivative by y; each is its own by dy.
absl::Status SquareOfOutputGradGradient(GradContext& g, Grads& grads, absl::string_view gradient_op) {
  const Node &y = g.input(0), &dy = g.input(1);
  const Node up = g.upstream(0);
  if (g.needs(0)) grads[0] = g.Mul(g.Mul(g.Mul(up, g.Scalar(-2, up)), dy), y);
  if (g.needs(1)) grads[1] = g.Op(gradient_op, {y, up});
  return g.status();
}

absl::Status ReciprocalGradGradient(GradContext& g, Grads& grads) {
  return SquareOfOutputGradGradient(g, grads, "ReciprocalGrad");
}
absl::Status TanhGradGradient(GradContext& g, Grads& grads) {
  return SquareOfOutputGradGradient(g, grads, "TanhGrad");
}

// z = dy y (1 - y)
absl::Status SigmoidGradGradient(GradContext& g, Grads& grads) {
  const Node &y = g.input(0), &dy = g.input(1);
  const Node up = g.upstream(0);
  if (g.needs(0)) {
    const Node product = g.Mul(up, dy);
    grads[0] = g.Sub(product, g.Mul(g.Mul(g.Scalar(2, product), product), y));
  }
  if (g.needs(1)) grads[1] = g.Op("SigmoidGrad", {y, up});
  return g.status();
}

absl::Status ExpGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Mul(g.upstream(0), g.Conj(g.output(0)));
  return g.status();
}

absl::Status Expm1Gradient(GradContext& g, Grads& grads) {
  grads[0] = g.Mul(g.upstream(0), g.Op("Exp", {g.input(0)}));
  return g.status();
}

absl::Status LogGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Mul(g.upstream(0), g.Op("Reciprocal", {g.input(0)}));
  return g.status();
}

absl::Status Log1pGradient(GradContext& g, Grads& grads) {
  const Node& x = g.input(0);
  grads[0] = g.Mul(g.upstream(0), g.Op("Reciprocal", {g.Add(g.Scalar(1, x), x)}));
  return g.status();
}

absl::Status SinGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Mul(g.upstream(0), g.Op("Cos", {g.input(0)}));
  return g.status();
}

absl::Status CosGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Mul(g.Neg(g.upstream(0)), g.Op("Sin", {g.input(0)}));
  return g.status();
}

absl::Status TanGradient(GradContext& g, Grads& grads) {
  const Node sec = g.Op("Reciprocal", {g.Op("Cos", {g.input(0)})});
  grads[0] = g.Mul(g.Square(sec), g.upstream(0));
  return g.status();
}

// The output is positive exactly where the input is, so the tape need not keep the input.
absl::Status ReluGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Op("ReluGrad", {g.upstream(0), g.output(0)});
  return g.status();
}

absl::Status ReluGradGradient(GradContext& g, Grads& grads) {
  const Node& features = g.input(1);
  if (g.needs(0)) grads[0] = g.Op("ReluGrad", {g.upstream(0), features});
  if (g.needs(1)) grads[1] = g.ZerosLike(features);
  return g.status();
}

absl::Status SoftplusGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Op("SoftplusGrad", {g.upstream(0), g.input(0)});
  return g.status();
}

// z = dy / (1 + exp(-x)), so dz/dx = dy / (exp(-x) + 2 + exp(x)).
absl::Status SoftplusGradGradient(GradContext& g, Grads& grads) {
  const Node &dy = g.input(0), &x = g.input(1);
  const Node up = g.upstream(0);
  if (g.needs(0)) grads[0] = g.Op("SoftplusGrad", {up, x});
  if (g.needs(1)) {
    const Node sum = g.Add(g.Add(g.Op("Exp", {g.Neg(x)}), g.Scalar(2, x)), g.Op("Exp", {x}));
    grads[1] = g.Div(g.Mul(up, dy), sum);
  }
  return g.status();
}

// A row "x: T -> y: T" of unchanged shape.
constexpr OpDef Unary(absl::string_view name, absl::string_view doc, absl::string_view dtypes, GradientFn gradient,
                      Saves saves = Saves::kNothing) {
  return {.name = name, .doc = doc, .inputs = "x: T", .outputs = "y: T", .attrs = dtypes, .shape = &SameAsInput0,
          .gradient = gradient, .saves = saves};
}

constexpr OpDef Predicate(absl::string_view name, absl::string_view doc) {
  return {.name = name, .doc = doc, .inputs = "x: T", .outputs = "y: bool", .attrs = kReal, .shape = &SameAsInput0,
          .gradient = &NotDifferentiable};
}

// A gradient op that works on the output y of its op.
constexpr OpDef OutputGrad(absl::string_view name, absl::string_view doc, GradientFn gradient,
                           Saves saves = Saves::kInputs) {
  return {.name = name, .doc = doc, .inputs = "y: T, dy: T", .outputs = "z: T", .attrs = kInexact,
          .shape = &SameShapes, .gradient = gradient, .saves = saves};
}

// A gradient op that works on the input of its op (or what has the same sign).
constexpr OpDef FeatureGrad(absl::string_view name, absl::string_view doc, absl::string_view dtypes,
                            GradientFn gradient) {
  return {.name = name, .doc = doc, .inputs = "gradients: T, features: T", .outputs = "backprops: T",
          .attrs = dtypes, .shape = &SameShapes, .gradient = gradient, .saves = Saves::kInputs};
}

constexpr OpDef kRows[] = {
    Unary("Abs", "The absolute value |x|.", kSignedReal, &AbsGradient, Saves::kInputs),
    Unary("Neg", "-x.", kSigned, &NegGradient),
    Unary("Sign", "-1, 0 or 1 by the sign of x; nan stays nan.", kSigned, &SignGradient),
    Unary("Square", "x * x.", kNumber, &SquareGradient, Saves::kInputs),
    Unary("Sqrt", "The square root of x.", kInexact, &SqrtGradient, Saves::kOutputs),
    Unary("Rsqrt", "1 / sqrt(x).", kInexact, &RsqrtGradient, Saves::kOutputs),
    Unary("Reciprocal", "1 / x.", kSigned, &ReciprocalGradient, Saves::kOutputs),
    Unary("Exp", "e to the power of x.", kInexact, &ExpGradient, Saves::kOutputs),
    Unary("Expm1", "exp(x) - 1, exact for small x.", kInexact, &Expm1Gradient, Saves::kInputs),
    Unary("Log", "The natural logarithm of x.", kInexact, &LogGradient, Saves::kInputs),
    Unary("Log1p", "log(1 + x), exact for small x.", kInexact, &Log1pGradient, Saves::kInputs),
    Unary("Sin", "The sine of x, in radians.", kInexact, &SinGradient, Saves::kInputs),
    Unary("Cos", "The cosine of x, in radians.", kInexact, &CosGradient, Saves::kInputs),
    Unary("Tan", "The tangent of x, in radians.", kInexact, &TanGradient, Saves::kInputs),
    Unary("Tanh", "The hyperbolic tangent of x.", kInexact, &TanhGradient, Saves::kOutputs),
    Unary("Sigmoid", "1 / (1 + exp(-x)).", kInexact, &SigmoidGradient, Saves::kOutputs),
    Unary("Floor", "The largest integer that is not greater than x.", kReal, &NotDifferentiable),
    Unary("Ceil", "The smallest integer that is not less than x.", kReal, &NotDifferentiable),
    Unary("Round", "The integer closest to x, halves to even; 0 for an integer x, as in TensorFlow.", kSigned,
          &NotDifferentiable),
    Unary("Rint", "The integer closest to x, halves to even.", kReal, &NotDifferentiable),
    Predicate("IsNan", "Whether x is not a number."),
    Predicate("IsInf", "Whether x is an infinity."),
    Predicate("IsFinite", "Whether x is neither nan nor an infinity."),
    {.name = "LogicalNot", .doc = "Whether x is false.", .inputs = "x: bool", .outputs = "y: bool",
     .shape = &SameAsInput0, .gradient = &NotDifferentiable},
    {.name = "Relu", .doc = "max(features, 0).", .inputs = "features: T", .outputs = "activations: T",
     .attrs = kRealNumber, .shape = &SameAsInput0, .gradient = &ReluGradient, .saves = Saves::kOutputs},
    {.name = "Softplus", .doc = "log(exp(features) + 1).", .inputs = "features: T", .outputs = "activations: T",
     .attrs = kReal, .shape = &SameAsInput0, .gradient = &SoftplusGradient, .saves = Saves::kInputs},
    {.name = "Cast", .doc = "x in another dtype; integers wrap, Truncate cuts a float's digits instead of rounding.",
     .inputs = "x: SrcT", .outputs = "y: DstT", .attrs = "SrcT: type, DstT: type, Truncate: bool = false",
     .shape = &SameAsInput0, .gradient = &CastGradient},
    {.name = "Identity", .doc = "The input itself.", .inputs = "input: T", .outputs = "output: T", .attrs = "T: type",
     .shape = &SameAsInput0, .gradient = &PassThrough, .effect = Effect::kAlias},
    {.name = "StopGradient", .doc = "The input itself, through which no gradient flows.", .inputs = "input: T",
     .outputs = "output: T", .attrs = "T: type", .shape = &SameAsInput0, .gradient = &NotDifferentiable,
     .effect = Effect::kAlias},
    OutputGrad("SqrtGrad", "The gradient of Sqrt: dy * 0.5 / y.", &SqrtGradGradient, Saves::kBoth),
    OutputGrad("RsqrtGrad", "The gradient of Rsqrt: dy * -0.5 * y^3.", &RsqrtGradGradient),
    OutputGrad("ReciprocalGrad", "The gradient of Reciprocal: -dy * y * y.", &ReciprocalGradGradient),
    OutputGrad("TanhGrad", "The gradient of Tanh: dy * (1 - y * y).", &TanhGradGradient),
    OutputGrad("SigmoidGrad", "The gradient of Sigmoid: dy * y * (1 - y).", &SigmoidGradGradient),
    FeatureGrad("ReluGrad", "The gradient of Relu: gradients where features > 0, else 0.", kRealNumber,
                &ReluGradGradient),
    FeatureGrad("SoftplusGrad", "The gradient of Softplus: gradients / (1 + exp(-features)).", kReal,
                &SoftplusGradGradient),
};

}  // namespace

absl::Span<const OpDef> ElementwiseUnaryOps() { return kRows; }

}  // namespace eager
