// The gamma function's relatives and the Euclidean norm.
#include "common/ops/grad_context.h"
#include "common/ops/op_table.h"
#include "common/ops/reduce_shape.h"
#include "common/ops/shape_context.h"

namespace eager {
namespace {

absl::Status LgammaGrad(GradContext& g, Grads& grads) {
  grads[0] = g.Mul(g.upstream(0), g.Op("Digamma", {g.input(0)}));
  return g.status();
}

// Polygamma has no 16-bit form.
absl::Status DigammaGrad(GradContext& g, Grads& grads) {
  const DType dtype = g.input(0).spec.dtype;
  const bool narrow = dtype != DType::kFloat64;
  const Node x = narrow ? g.Cast(g.input(0), DType::kFloat32) : g.input(0);
  grads[0] = g.Mul(g.upstream(0), g.Cast(g.Op("Polygamma", {g.Scalar(1, x), x}), dtype));
  return g.status();
}

// With respect to x alone: the order has no gradient, as in TensorFlow.
absl::Status PolygammaGrad(GradContext& g, Grads& grads) {
  const Node& a = g.input(0);
  grads[1] = g.Mul(g.upstream(0), g.Op("Polygamma", {g.Add(a, g.Scalar(1, a)), g.input(1)}));
  return g.status();
}

// d zeta(x, q) / dq = -x zeta(x + 1, q); x has no gradient, as in TensorFlow.
absl::Status ZetaGrad(GradContext& g, Grads& grads) {
  const Node& x = g.input(0);
  const Node next = g.Op("Zeta", {g.Add(x, g.Scalar(1, x)), g.input(1)});
  grads[1] = g.Mul(g.upstream(0), g.Mul(g.Neg(x), next));
  return g.status();
}

// x / |x|, in TensorFlow's form: where dy is 0, so is the gradient, unless the norm is 0 too.
absl::Status EuclideanNormGrad(GradContext& g, Grads& grads) {
  const Shape kept = KeptShape(g);
  const auto as_kept = [&](const Node& n) { return g.shape(n) == kept ? n : g.Reshape(n, kept); };
  grads[0] = g.Div(g.input(0), g.Div(as_kept(g.output(0)), as_kept(g.upstream(0))));
  return g.status();
}

constexpr absl::string_view kReal = "T: {bfloat16, half, float, double}";
constexpr absl::string_view kWide = "T: {float, double}";

// The inverse functions of erf and of the normal distribution: one over the slope where they are.
absl::Status ErfinvGrad(GradContext& g, Grads& grads) {
  const Node& y = g.output(0);
  grads[0] = g.Mul(g.upstream(0), g.Mul(g.Scalar(0.886226925452758, y), g.Op("Exp", {g.Square(y)})));
  return g.status();
}
absl::Status NdtriGrad(GradContext& g, Grads& grads) {
  const Node& y = g.output(0);
  const Node power = g.Op("Exp", {g.Mul(g.Scalar(0.5, y), g.Square(y))});
  grads[0] = g.Mul(g.upstream(0), g.Mul(g.Scalar(2.5066282746310002, y), power));
  return g.status();
}

absl::Status Xlog1pyGrad(GradContext& g, Grads& grads) {
  const Node &x = g.input(0), &y = g.input(1), up = g.upstream(0);
  const Node not_zero = g.Cast(g.Op("NotEqual", {x, g.Scalar(0, x)}), x.spec.dtype);
  if (g.needs(0)) grads[0] = g.Mul(g.Op("Xlog1py", {not_zero, y}), up);
  if (g.needs(1)) grads[1] = g.Mul(g.Op("Xdivy", {x, g.Add(y, g.Scalar(1, y))}), up);
  return g.status();
}

constexpr OpDef kOps[] = {
    {.name = "Erfinv",
     .doc = "The x whose Erf is the element.",
     .inputs = "x: T",
     .outputs = "y: T",
     .attrs = "T: {bfloat16, half, float, double}",
     .shape = &SameAsInput0,
     .gradient = &ErfinvGrad,
     .saves = Saves::kOutputs},
    {.name = "Ndtri",
     .doc = "The x below which the part of the normal distribution is the element.",
     .inputs = "x: T",
     .outputs = "y: T",
     .attrs = "T: {bfloat16, half, float, double}",
     .shape = &SameAsInput0,
     .gradient = &NdtriGrad,
     .saves = Saves::kOutputs},
    {.name = "Xlog1py",
     .doc = "x * log(1 + y), and 0 where x is 0.",
     .inputs = "x: T, y: T",
     .outputs = "z: T",
     .attrs = "T: {half, bfloat16, float, double, complex64, complex128}",
     .shape = &BroadcastInputs,
     .gradient = &Xlog1pyGrad,
     .saves = Saves::kInputs},
    {.name = "Lgamma",
     .doc = "The logarithm of the absolute value of the gamma function; inf at 0, -1, -2, …",
     .inputs = "x: T",
     .outputs = "y: T",
     .attrs = kReal,
     .shape = &SameAsInput0,
     .gradient = &LgammaGrad,
     .saves = Saves::kInputs},
    {.name = "Digamma",
     .doc = "The derivative of Lgamma; nan at 0, -1, -2, …",
     .inputs = "x: T",
     .outputs = "y: T",
     .attrs = kReal,
     .shape = &SameAsInput0,
     .gradient = &DigammaGrad,
     .saves = Saves::kInputs},
    {.name = "Polygamma",
     .doc = "The a-th derivative of Digamma at x; nan unless a is 0, 1, 2, …",
     .inputs = "a: T, x: T",
     .outputs = "z: T",
     .attrs = kWide,
     .shape = &BroadcastInputs,
     .gradient = &PolygammaGrad,
     .saves = Saves::kInputs,
     .no_gradient_inputs = 1u << 0},
    {.name = "Zeta",
     .doc = "The Hurwitz zeta function: the sum of (q + n)^-x over n = 0, 1, 2, …",
     .inputs = "x: T, q: T",
     .outputs = "z: T",
     .attrs = kWide,
     .shape = &BroadcastInputs,
     .gradient = &ZetaGrad,
     .saves = Saves::kInputs,
     .no_gradient_inputs = 1u << 0},
    {.name = "EuclideanNorm",
     .doc = "The square root of the sum of squares over the given axes.",
     .inputs = "input: T, reduction_indices: host Tidx",
     .outputs = "output: T",
     .attrs = "keep_dims: bool = false, T: {float, double, int32, uint8, int16, int8, complex64, int64, bfloat16, "
              "uint16, complex128, half, uint32, uint64}, Tidx: {int32, int64} = int32",
     .shape = &ReduceShape,
     .gradient = &EuclideanNormGrad,
     .saves = Saves::kBoth},
};

}  // namespace

absl::Span<const OpDef> SpecialOps() { return kOps; }

}  // namespace eager
