// Ops of two broadcast tensors, element by element, and AddN.
//
// A gradient function gives each gradient in the broadcast shape; the walk sums it down to its input's.
#include "absl/strings/str_cat.h"
#include "common/ops/grad_context.h"
#include "common/ops/op_table.h"
#include "common/ops/shape_context.h"

namespace eager {
namespace {

constexpr absl::string_view kReal = "T: {bfloat16, half, float, double}";
constexpr absl::string_view kInexact = "T: {bfloat16, half, float, double, complex64, complex128}";
constexpr absl::string_view kNumber =
    "T: {bfloat16, half, float, double, uint8, int8, uint16, int16, int32, uint32, uint64, int64, complex64, "
    "complex128}";
constexpr absl::string_view kRealNumber =
    "T: {bfloat16, half, float, double, int8, uint8, int16, uint16, int32, uint32, int64, uint64}";

absl::Status SameSizes(ShapeContext& c) {
  for (int i = 1; i < c.num_inputs(); ++i) {
    if (c.input(i) == c.input(0)) continue;
    return absl::InvalidArgumentError(absl::StrCat("Inputs to operation ", c.op().name, " of type ", c.op().name,
                                                   " must have the same size and shape.  Input 0: ",
                                                   c.input(0).ToString(), " != input ", i, ": ",
                                                   c.input(i).ToString()));
  }
  return SameAsInput0(c);
}

absl::Status AddGradient(GradContext& g, Grads& grads) {
  for (int i = 0; i < g.num_inputs(); ++i) grads[i] = g.upstream(0);
  return g.status();
}

absl::Status SubGradient(GradContext& g, Grads& grads) {
  grads[0] = g.upstream(0);
  if (g.needs(1)) grads[1] = g.Neg(g.upstream(0));
  return g.status();
}

absl::Status MulGradient(GradContext& g, Grads& grads) {
  const Node up = g.upstream(0);
  if (g.needs(0)) grads[0] = g.Mul(up, g.Conj(g.input(1)));
  if (g.needs(1)) grads[1] = g.Mul(g.Conj(g.input(0)), up);
  return g.status();
}

absl::Status MulNoNanGradient(GradContext& g, Grads& grads) {
  const Node up = g.upstream(0);
  if (g.needs(0)) grads[0] = g.Op("MulNoNan", {up, g.input(1)});
  if (g.needs(1)) grads[1] = g.Op("MulNoNan", {g.input(0), up});
  return g.status();
}

// x / y by whichever division `op` is: up / y and up * (-x / y / y).
absl::Status QuotientGradient(GradContext& g, Grads& grads, absl::string_view op) {
  const Node up = g.upstream(0), y = g.Conj(g.input(1));
  if (g.needs(0)) grads[0] = g.Op(op, {up, y});
  if (g.needs(1)) grads[1] = g.Mul(up, g.Op(op, {g.Op(op, {g.Neg(g.Conj(g.input(0))), y}), y}));
  return g.status();
}
absl::Status DivGradient(GradContext& g, Grads& grads) { return QuotientGradient(g, grads, "RealDiv"); }
absl::Status DivNoNanGradient(GradContext& g, Grads& grads) { return QuotientGradient(g, grads, "DivNoNan"); }

// x - floor(x / y) * y, with the floor held constant.
absl::Status FloorModGradient(GradContext& g, Grads& grads) {
  const Node up = g.upstream(0);
  grads[0] = up;
  if (g.needs(1)) grads[1] = g.Mul(up, g.Neg(g.Op("FloorDiv", {g.input(0), g.input(1)})));
  return g.status();
}

// up * y * x^(y-1) and up * z * log(x). Where x is not positive the logarithm is taken as 0: there is no sensible
// real value there.
absl::Status PowGradient(GradContext& g, Grads& grads) {
  const Node &x = g.input(0), &y = g.input(1);
  const Node up = g.upstream(0);
  if (g.needs(0)) {
    const Node power = g.Op("Pow", {x, g.Sub(y, g.Scalar(1, y))});
    grads[0] = g.Mul(g.Mul(up, y), power);
  }
  if (g.needs(1)) {
    const Node mask = g.Op(IsComplex(x.spec.dtype) ? "NotEqual" : "Greater", {x, g.Scalar(0, x)});
    const Node safe_x = g.Op("SelectV2", {mask, x, g.OnesLike(x)});
    const Node log_x = g.Op("SelectV2", {mask, g.Op("Log", {safe_x}), g.ZerosLike(x)});
    grads[1] = g.Mul(g.Mul(up, g.output(0)), log_x);
  }
  return g.status();
}

// Everything to the input that was chosen; a tie to the first, a nan to the second.
absl::Status ChoiceGradient(GradContext& g, Grads& grads, absl::string_view first_is_chosen) {
  const Node up = g.upstream(0), zeros = g.ZerosLike(up);
  const Node mask = g.Op(first_is_chosen, {g.input(0), g.input(1)});
  if (g.needs(0)) grads[0] = g.Op("SelectV2", {mask, up, zeros});
  if (g.needs(1)) grads[1] = g.Op("SelectV2", {mask, zeros, up});
  return g.status();
}
absl::Status MaximumGradient(GradContext& g, Grads& grads) { return ChoiceGradient(g, grads, "GreaterEqual"); }
absl::Status MinimumGradient(GradContext& g, Grads& grads) { return ChoiceGradient(g, grads, "LessEqual"); }

absl::Status SquaredDifferenceGradient(GradContext& g, Grads& grads) {
  const Node up = g.upstream(0);
  const Node by_x = g.Mul(g.Mul(g.Scalar(2, up), up), g.Sub(g.input(0), g.input(1)));
  grads[0] = by_x;
  if (g.needs(1)) grads[1] = g.Neg(by_x);
  return g.status();
}

// 1 where x is not 0, else 0: where x is 0, Xdivy and Xlogy are 0 whatever y is.
Node NotZero(GradContext& g, const Node& x) {
  return g.Cast(g.Op("NotEqual", {x, g.Scalar(0, x)}), x.spec.dtype);
}

absl::Status XdivyGradient(GradContext& g, Grads& grads) {
  const Node &x = g.input(0), &y = g.input(1);
  const Node up = g.upstream(0);
  if (g.needs(0)) grads[0] = g.Mul(g.Op("Xdivy", {NotZero(g, x), y}), up);
  if (g.needs(1)) grads[1] = g.Mul(g.Op("Xdivy", {g.Neg(x), g.Op("Pow", {y, g.Scalar(2, y)})}), up);
  return g.status();
}

absl::Status XlogyGradient(GradContext& g, Grads& grads) {
  const Node &x = g.input(0), &y = g.input(1);
  const Node up = g.upstream(0);
  if (g.needs(0)) grads[0] = g.Mul(g.Op("Xlogy", {NotZero(g, x), y}), up);
  if (g.needs(1)) grads[1] = g.Mul(g.Op("Xdivy", {x, y}), up);
  return g.status();
}

absl::Status Atan2Gradient(GradContext& g, Grads& grads) {
  const Node &y = g.input(0), &x = g.input(1);
  const Node scaled = g.Div(g.upstream(0), g.Add(g.Square(x), g.Square(y)));
  if (g.needs(0)) grads[0] = g.Mul(x, scaled);
  if (g.needs(1)) grads[1] = g.Mul(g.Neg(y), scaled);
  return g.status();
}

// A row "x: T, y: T -> z: T" with broadcasting.
constexpr OpDef Binary(absl::string_view name, absl::string_view doc, absl::string_view dtypes, GradientFn gradient,
                       Saves saves = Saves::kNothing) {
  return {.name = name, .doc = doc, .inputs = "x: T, y: T", .outputs = "z: T", .attrs = dtypes,
          .shape = &BroadcastInputs, .gradient = gradient, .saves = saves};
}

constexpr OpDef Logical(absl::string_view name, absl::string_view doc) {
  return {.name = name, .doc = doc, .inputs = "x: bool, y: bool", .outputs = "z: bool", .shape = &BroadcastInputs,
          .gradient = &NotDifferentiable};
}

constexpr OpDef kRows[] = {
    Binary("AddV2", "x + y.", kNumber, &AddGradient),
    Binary("Sub", "x - y.", kNumber, &SubGradient),
    Binary("Mul", "x * y.", kNumber, &MulGradient, Saves::kInputs),
    Binary("RealDiv", "x / y of floating numbers.", kNumber, &DivGradient, Saves::kInputs),
    Binary("Div", "x / y; integers are divided toward 0.", kNumber, &DivGradient, Saves::kInputs),
    Binary("FloorDiv", "floor(x / y).", kNumber, &NotDifferentiable),
    Binary("FloorMod", "x - floor(x / y) * y, which has the sign of y.", kRealNumber, &FloorModGradient,
           Saves::kInputs),
    Binary("TruncateDiv", "x / y, rounded toward 0.", kNumber, &NotDifferentiable),
    Binary("TruncateMod", "What x / y rounded toward 0 leaves over, with the sign of x.",
           "T: {int32, int64, bfloat16, half, float, double}", &NotDifferentiable),
    Binary("Pow", "x to the power of y.",
           "T: {bfloat16, half, float, double, int8, int16, int32, int64, complex64, complex128}", &PowGradient,
           Saves::kBoth),
    Binary("Maximum", "The greater of x and y; nan if one is.", kRealNumber, &MaximumGradient, Saves::kInputs),
    Binary("Minimum", "The smaller of x and y; nan if one is.", kRealNumber, &MinimumGradient, Saves::kInputs),
    Binary("SquaredDifference", "(x - y)^2.",
           "T: {bfloat16, half, float, double, int32, int64, complex64, complex128}", &SquaredDifferenceGradient,
           Saves::kInputs),
    Binary("DivNoNan", "x / y, and 0 where y is 0.", kInexact, &DivNoNanGradient, Saves::kInputs),
    Binary("MulNoNan", "x * y, and 0 where y is 0 even if x is infinite or nan.", kInexact, &MulNoNanGradient,
           Saves::kInputs),
    Binary("Xdivy", "x / y, and 0 where x is 0.", kInexact, &XdivyGradient, Saves::kInputs),
    Binary("Xlogy", "x * log(y), and 0 where x is 0.", kInexact, &XlogyGradient, Saves::kInputs),
    {.name = "Atan2", .doc = "The angle of the point (x, y), from -pi to pi.", .inputs = "y: T, x: T",
     .outputs = "z: T", .attrs = kReal, .shape = &BroadcastInputs, .gradient = &Atan2Gradient,
     .saves = Saves::kInputs},
    Logical("LogicalAnd", "Whether x and y are both true."),
    Logical("LogicalOr", "Whether x or y is true."),
    {.name = "AddN", .doc = "The sum of all inputs, which have one shape.", .inputs = "inputs: N * T",
     .outputs = "sum: T",
     .attrs = "N: int >= 1, T: {bfloat16, half, float, double, uint8, int8, uint16, int16, int32, uint32, uint64, "
              "int64, complex64, complex128, variant}",
     .shape = &SameSizes, .gradient = &AddGradient},
};

}  // namespace

absl::Span<const OpDef> ElementwiseBinaryOps() { return kRows; }

}  // namespace eager
