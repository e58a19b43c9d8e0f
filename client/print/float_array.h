// The one format that all floating elements of an array share: with or without exponents, and how wide.
#pragma once

#include <string>

#include "absl/types/span.h"
#include "client/print/decimal.h"

namespace eager::print {

// Made from the elements that will be shown; then gives each of them its text. All texts are equally wide.
class FloatArrayFormat {
 public:
  // `always_sign`: positive numbers have a "+", as in imaginary parts.
  FloatArrayFormat(absl::Span<const double> shown, FloatKind kind, bool always_sign = false);

  // `value` is one of the shown elements.
  std::string operator()(double value) const;

 private:
  void FitPositional(absl::Span<const double> finite);
  void FitScientific(absl::Span<const double> finite);
  void FitNonFinite(absl::Span<const double> shown);
  std::string Positional(double value) const;
  std::string Scientific(double value) const;
  std::string Signed(double value, std::string text) const;

  FloatKind kind_;
  bool always_sign_;
  bool scientific_ = false;
  int left_ = 0;             // columns before the point
  int right_ = 0;            // columns after it
  int decimals_ = 0;         // scientific: digits after the point
  int exponent_digits_ = 2;  // scientific
};

}  // namespace eager::print
