// Complex numbers from their parts, and the parts of complex numbers.
#include "common/ops/grad_context.h"
#include "common/ops/host_inputs.h"
#include "common/ops/op_table.h"
#include "common/status_macros.h"

namespace eager {
namespace {

// TensorFlow names both dtypes and has kernels for those that belong together.
absl::Status CheckParts(const ShapeContext& c) {
  const DType from = c.attr<DType>("T"), to = c.attr<DType>("Tout");
  const DType real = IsComplex(from) ? to : from, whole = IsComplex(from) ? from : to;
  if ((whole == DType::kComplex64) == (real == DType::kFloat32)) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("there is no kernel for T ", Name(from), " with Tout ", Name(to)));
}

absl::Status PartShape(ShapeContext& c) {
  RETURN_IF_ERROR(CheckParts(c));
  return SameAsInput0(c);
}

absl::Status ComplexShape(ShapeContext& c) {
  RETURN_IF_ERROR(CheckParts(c));
  return BroadcastInputs(c);
}

// The conventions are those of FFT's gradients: a gradient is the conjugate of the derivative.
absl::Status ComplexGradient(GradContext& g, Grads& grads) {
  const Node up = g.upstream(0);
  const NamedAttrs real = {{"Tout", g.input(0).spec.dtype}};
  if (g.needs(0)) grads[0] = g.Op("Real", {up}, real);
  if (g.needs(1)) grads[1] = g.Op("Imag", {up}, real);
  return g.status();
}

absl::Status RealGradient(GradContext& g, Grads& grads) {
  const Node up = g.upstream(0);
  grads[0] = g.Op("Complex", {up, g.ZerosLike(up)}, {{"Tout", g.input(0).spec.dtype}});
  return g.status();
}

absl::Status ImagGradient(GradContext& g, Grads& grads) {
  const Node up = g.upstream(0);
  grads[0] = g.Op("Complex", {g.ZerosLike(up), up}, {{"Tout", g.input(0).spec.dtype}});
  return g.status();
}

// Along the number itself; zero where it has no direction.
absl::Status AbsGradient(GradContext& g, Grads& grads) {
  const Node length = g.Op("DivNoNan", {g.upstream(0), g.output(0)});
  grads[0] = g.Mul(g.Op("Complex", {length, g.ZerosLike(length)}, {{"Tout", g.input(0).spec.dtype}}), g.input(0));
  return g.status();
}

absl::Status AngleGradient(GradContext& g, Grads& grads) {
  const Node &x = g.input(0), up = g.upstream(0);
  const NamedAttrs real = {{"Tout", up.spec.dtype}}, whole = {{"Tout", x.spec.dtype}};
  const Node turned = g.Op("Complex", {g.Op("Imag", {x}, real), g.Op("Real", {x}, real)}, whole);
  grads[0] = g.Neg(g.Mul(g.Op("Complex", {up, g.ZerosLike(up)}, whole), g.Op("Reciprocal", {turned})));
  return g.status();
}

absl::Status ConjGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Conj(g.upstream(0));
  return g.status();
}

constexpr OpDef kRows[] = {
    {.name = "Conj",
     .doc = "The complex conjugate of each number.",
     .inputs = "input: T",
     .outputs = "output: T",
     .attrs = "T: {complex64, complex128} = complex64",
     .shape = &SameAsInput0,
     .gradient = &ConjGradient},
    {.name = "Complex",
     .doc = "real + i imag.",
     .inputs = "real: T, imag: T",
     .outputs = "out: Tout",
     .attrs = "T: {float, double} = float, Tout: {complex64, complex128} = complex64",
     .shape = &ComplexShape,
     .gradient = &ComplexGradient},
    {.name = "Real",
     .doc = "The real part of each number.",
     .inputs = "input: T",
     .outputs = "output: Tout",
     .attrs = "T: {complex64, complex128} = complex64, Tout: {float, double} = float",
     .shape = &PartShape,
     .gradient = &RealGradient},
    {.name = "Imag",
     .doc = "The imaginary part of each number.",
     .inputs = "input: T",
     .outputs = "output: Tout",
     .attrs = "T: {complex64, complex128} = complex64, Tout: {float, double} = float",
     .shape = &PartShape,
     .gradient = &ImagGradient},
    {.name = "ComplexAbs",
     .doc = "The absolute value of each number.",
     .inputs = "x: T",
     .outputs = "y: Tout",
     .attrs = "T: {complex64, complex128} = complex64, Tout: {float, double} = float",
     .shape = &PartShape,
     .gradient = &AbsGradient,
     .saves = Saves::kBoth},
    {.name = "Angle",
     .doc = "The angle of each number with the positive real axis, in (-pi, pi].",
     .inputs = "input: T",
     .outputs = "output: Tout",
     .attrs = "T: {complex64, complex128} = complex64, Tout: {float, double} = float",
     .shape = &PartShape,
     .gradient = &AngleGradient,
     .saves = Saves::kInputs},
};

}  // namespace

absl::Span<const OpDef> ComplexOps() { return kRows; }

}  // namespace eager
