#include "client/print/scalar.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/print/element.h"

namespace eager::print {
namespace {

// Below this magnitude a scalar is written without an exponent. Since NumPy 2.3 it depends on the precision.
double LargestPositional(FloatKind kind) {
  switch (kind) {
    case FloatKind::kHalf:
      return 1e3;
    case FloatKind::kSingle:
      return 1e6;
    case FloatKind::kDouble:
      break;
  }
  return 1e16;
}

// `whole` is appended to a number without a fraction: "3" + ".0".
std::string FloatText(double x, FloatKind kind, absl::string_view whole) {
  if (!std::isfinite(x)) return NonFiniteText(x);
  const Decimal d = Shortest(x, kind);
  const double magnitude = std::fabs(x);
  const bool positional = x == 0 || (magnitude >= 1e-4 && magnitude < LargestPositional(kind));
  std::string text = positional ? PositionalText(d) : MantissaText(d);
  if (text.back() == '.') {
    text.pop_back();
    if (positional) absl::StrAppend(&text, whole);
  }
  return positional ? text : text + ExponentText(d.exponent, /*min_digits=*/2);
}

// "2j" where the real part is +0, else "(1+2j)".
std::string ComplexText(std::complex<double> z, FloatKind kind) {
  const std::string imag = FloatText(z.imag(), kind, "");
  if (z.real() == 0 && !std::signbit(z.real())) return imag + "j";
  return absl::StrCat("(", FloatText(z.real(), kind, ""), imag[0] == '-' ? "" : "+", imag, "j)");
}

// What str and repr have in common.
std::string ScalarText(const HostTensor& t, FloatKind kind) {
  const DType d = t.dtype();
  if (IsFloating(d)) return FloatText(FloatAt(t, 0), kind, ".0");
  if (IsComplex(d)) return ComplexText(ComplexAt(t, 0), kind);
  if (d == DType::kBool) return BoolAt(t, 0) ? "True" : "False";
  if (d == DType::kString) return BytesRepr(t.string_at(0));
  return IntegerText(t, 0);
}

}  // namespace

std::string ScalarStr(const HostTensor& tensor) {
  if (tensor.dtype() == DType::kBFloat16) return BFloat16Text(FloatAt(tensor, 0));
  return ScalarText(tensor, KindOf(tensor.dtype()));
}

std::string ScalarRepr(const HostTensor& tensor) { return ScalarText(tensor, FloatKind::kDouble); }

}  // namespace eager::print
