// Inverse and hyperbolic functions and the error function, element by element.
#include "common/ops/grad_context.h"
#include "common/ops/op_table.h"
#include "common/ops/shape_context.h"

namespace eager {
namespace {

constexpr absl::string_view kReal = "T: {bfloat16, half, float, double}";
constexpr absl::string_view kInexact = "T: {bfloat16, half, float, double, complex64, complex128}";

Node OneMinusSquare(GradContext& g, const Node& x) { return g.Sub(g.Scalar(1, x), g.Square(x)); }
Node Reciprocal(GradContext& g, const Node& x) { return g.Op("Reciprocal", {x}); }

absl::Status AsinGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Mul(g.upstream(0), Reciprocal(g, g.Op("Sqrt", {OneMinusSquare(g, g.input(0))})));
  return g.status();
}

absl::Status AcosGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Mul(g.Neg(g.upstream(0)), Reciprocal(g, g.Op("Sqrt", {OneMinusSquare(g, g.input(0))})));
  return g.status();
}

absl::Status AtanGradient(GradContext& g, Grads& grads) {
  const Node& x = g.input(0);
  grads[0] = g.Mul(g.upstream(0), Reciprocal(g, g.Add(g.Scalar(1, x), g.Square(x))));
  return g.status();
}

absl::Status SinhGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Mul(g.upstream(0), g.Op("Cosh", {g.input(0)}));
  return g.status();
}

absl::Status CoshGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Mul(g.upstream(0), g.Op("Sinh", {g.input(0)}));
  return g.status();
}

absl::Status AsinhGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Div(g.upstream(0), g.Op("Cosh", {g.output(0)}));
  return g.status();
}

absl::Status AcoshGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Div(g.upstream(0), g.Op("Sinh", {g.output(0)}));
  return g.status();
}

absl::Status AtanhGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Mul(g.upstream(0), Reciprocal(g, OneMinusSquare(g, g.input(0))));
  return g.status();
}

// d erf(x) / dx = 2 / sqrt(pi) exp(-x^2)
Node ErfSlope(GradContext& g, double factor) {
  const Node& x = g.input(0);
  return g.Mul(g.Mul(g.Scalar(factor * 1.1283791670955126, x), g.upstream(0)), g.Op("Exp", {g.Neg(g.Square(x))}));
}
absl::Status ErfGradient(GradContext& g, Grads& grads) {
  grads[0] = ErfSlope(g, 1);
  return g.status();
}
absl::Status ErfcGradient(GradContext& g, Grads& grads) {
  grads[0] = ErfSlope(g, -1);
  return g.status();
}

constexpr OpDef Function(absl::string_view name, absl::string_view doc, absl::string_view attrs, GradientFn gradient,
                         Saves saves = Saves::kInputs) {
  return {.name = name, .doc = doc, .inputs = "x: T", .outputs = "y: T", .attrs = attrs, .shape = &SameAsInput0,
          .gradient = gradient, .saves = saves};
}

constexpr OpDef kRows[] = {
    Function("Asin", "The angle in [-pi/2, pi/2] whose sine is x.", kInexact, &AsinGradient),
    Function("Acos", "The angle in [0, pi] whose cosine is x.", kInexact, &AcosGradient),
    Function("Atan", "The angle in [-pi/2, pi/2] whose tangent is x.", kInexact, &AtanGradient),
    Function("Sinh", "The hyperbolic sine of x.", kInexact, &SinhGradient),
    Function("Cosh", "The hyperbolic cosine of x.", kInexact, &CoshGradient),
    Function("Asinh", "The number whose hyperbolic sine is x.", kInexact, &AsinhGradient, Saves::kOutputs),
    Function("Acosh", "The number that is not negative and whose hyperbolic cosine is x.", kInexact, &AcoshGradient,
             Saves::kOutputs),
    Function("Atanh", "The number whose hyperbolic tangent is x.", kInexact, &AtanhGradient),
    Function("Erf", "The error function: 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.", kReal,
             &ErfGradient),
    Function("Erfc", "1 - Erf(x), exact for large x.", kReal, &ErfcGradient),
};

}  // namespace

absl::Span<const OpDef> TranscendentalOps() { return kRows; }

}  // namespace eager
