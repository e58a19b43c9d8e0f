// Discrete Fourier transforms along the last axes.
#include "common/ops/grad_context.h"
#include "common/ops/host_inputs.h"
#include "common/ops/op_table.h"
#include "common/status_macros.h"

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

// Of real numbers only half of the last axis is kept: the other one has the conjugates.
template <int kAxes, bool kInverse>
absl::Status RealShape(ShapeContext& c) {
  const Shape& in = c.input(0);
  if (in.rank() < kAxes) return Invalid("Input must have rank of at least ", kAxes, " but got: ", in.ToString());
  if (c.input(1).rank() != 1 || c.input(1)[0] != kAxes) {
    return Invalid("fft_length must have shape [", kAxes, "]");
  }
  if ((c.attr<DType>("Treal") == DType::kFloat64) != (c.attr<DType>("Tcomplex") == DType::kComplex128)) {
    return Invalid("Wrong types for FFT: in=", Name(c.dtype(0)));
  }
  const HostInts length = c.ints(1);
  Shape out = in;
  for (int i = 0; i < kAxes; ++i) {
    const int64_t n = length[static_cast<size_t>(i)];
    if (n < 0) return Invalid("fft_length[", i, "] must >= 0, but got: ", n);
    const int axis = in.rank() - kAxes + i;
    const int64_t least = kInverse && i == kAxes - 1 ? (n == 0 ? 0 : n / 2 + 1) : n;
    if (in[axis] < least) {
      return Invalid("Input dimension ", axis, " must have length of at least ", least, " but got: ", in[axis]);
    }
    out.set_dim(in.rank() - kAxes + i, !kInverse && i == kAxes - 1 ? n / 2 + 1 : n);
  }
  ASSIGN_OR_RETURN(out, Shape::Make(out.dims()));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

constexpr OpDef Direct(absl::string_view name, absl::string_view doc, ShapeFn shape) {
  return {.name = name,
          .doc = doc,
          .inputs = "input: Treal, fft_length: host int32",
          .outputs = "output: Tcomplex",
          .attrs = "Treal: {float, double} = float, Tcomplex: {complex64, complex128} = complex64",
          .shape = shape,
          .gradient = &NotDifferentiable};
}

constexpr OpDef Inverse(absl::string_view name, absl::string_view doc, ShapeFn shape) {
  return {.name = name,
          .doc = doc,
          .inputs = "input: Tcomplex, fft_length: host int32",
          .outputs = "output: Treal",
          .attrs = "Treal: {float, double} = float, Tcomplex: {complex64, complex128} = complex64",
          .shape = shape,
          .gradient = &NotDifferentiable};
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
    Direct("RFFT", "FFT of real numbers, cut to fft_length; its first half.", &RealShape<1, false>),
    Inverse("IRFFT", "The real numbers whose RFFT the input is, fft_length of them.", &RealShape<1, true>),
    Direct("RFFT2D", "RFFT along the last two axes.", &RealShape<2, false>),
    Inverse("IRFFT2D", "The inverse of RFFT2D.", &RealShape<2, true>),
    Direct("RFFT3D", "RFFT along the last three axes.", &RealShape<3, false>),
    Inverse("IRFFT3D", "The inverse of RFFT3D.", &RealShape<3, true>),
};

}  // namespace

absl::Span<const OpDef> FftOps() { return kRows; }

}  // namespace eager
