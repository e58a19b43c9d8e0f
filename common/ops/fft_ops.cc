// Discrete Fourier transforms along the last axes.
#include "common/ops/grad_context.h"
#include "common/ops/host_inputs.h"
#include "common/ops/op_table.h"

namespace eager {
namespace {

template <int kAxes>
absl::Status FourierShape(ShapeContext& c) {
  if (c.input(0).rank() < kAxes) {
    return Invalid("Input must have rank of at least ", kAxes, " but got: ", c.input(0).ToString());
  }
  return SameAsInput0(c);
}

// How many elements a transform of the input's last axes has.
double Size(const GradContext& g, int axes) {
  const Shape& shape = g.shape(g.input(0));
  double n = 1;
  for (int axis = shape.rank() - axes; axis < shape.rank(); ++axis) n *= static_cast<double>(shape[axis]);
  return n;
}

// The transform is linear, and its adjoint is the inverse but for the factor that only the inverse has.
template <int kAxes>
absl::Status DirectGradient(GradContext& g, Grads& grads) {
  const Node up = g.Op(kAxes == 1 ? "IFFT" : kAxes == 2 ? "IFFT2D" : "IFFT3D", {g.upstream(0)});
  grads[0] = g.Mul(up, g.Scalar(Size(g, kAxes), up));
  return g.status();
}

template <int kAxes>
absl::Status InverseGradient(GradContext& g, Grads& grads) {
  const Node up = g.Op(kAxes == 1 ? "FFT" : kAxes == 2 ? "FFT2D" : "FFT3D", {g.upstream(0)});
  const double n = Size(g, kAxes);
  grads[0] = g.Mul(up, g.Scalar(n > 0 ? 1 / n : 0, up));
  return g.status();
}

constexpr OpDef Row(absl::string_view name, absl::string_view doc, ShapeFn shape, GradientFn gradient) {
  return {.name = name,
          .doc = doc,
          .inputs = "input: Tcomplex",
          .outputs = "output: Tcomplex",
          .attrs = "Tcomplex: {complex64, complex128} = complex64",
          .shape = shape,
          .gradient = gradient};
}

constexpr OpDef kRows[] = {
    Row("FFT", "The Fourier transform along the last axis.", &FourierShape<1>, &DirectGradient<1>),
    Row("IFFT", "The inverse of FFT.", &FourierShape<1>, &InverseGradient<1>),
    Row("FFT2D", "The Fourier transform along the last two axes.", &FourierShape<2>, &DirectGradient<2>),
    Row("IFFT2D", "The inverse of FFT2D.", &FourierShape<2>, &InverseGradient<2>),
    Row("FFT3D", "The Fourier transform along the last three axes.", &FourierShape<3>, &DirectGradient<3>),
    Row("IFFT3D", "The inverse of FFT3D.", &FourierShape<3>, &InverseGradient<3>),
};

}  // namespace

absl::Span<const OpDef> FftOps() { return kRows; }

}  // namespace eager
