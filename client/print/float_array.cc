#include "client/print/float_array.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

#include "client/print/element.h"
#include "common/dtype.h"

namespace eager::print {
namespace {

constexpr int kPrecision = 8;  // NumPy's default: no more digits after the point

// From this magnitude on an array is written with exponents. Since NumPy 2.3 it is the first power of ten that the type
// may not hold exactly, at most 1e8; before it was 1e8 for every type.
double LargestPositional(FloatKind kind) {
  switch (kind) {
    case FloatKind::kHalf:
      return 1e3;
    case FloatKind::kSingle:
      return 1e6;
    case FloatKind::kDouble:
      break;
  }
  return 1e8;
}

// The value rounded to the type: comparisons and quotients are made in the array's own precision.
double Round(double x, FloatKind kind) {
  switch (kind) {
    case FloatKind::kHalf:
      return static_cast<float>(Float16(static_cast<float>(x)));
    case FloatKind::kSingle:
      return static_cast<float>(x);
    case FloatKind::kDouble:
      break;
  }
  return x;
}

bool NeedsExponents(absl::Span<const double> finite, FloatKind kind) {
  double largest = 0, smallest = HUGE_VAL;
  for (const double x : finite) {
    if (x == 0) continue;
    largest = std::max(largest, std::fabs(x));
    smallest = std::min(smallest, std::fabs(x));
  }
  if (largest == 0) return false;
  return largest >= LargestPositional(kind) || smallest < Round(1e-4, kind) || Round(largest / smallest, kind) > 1000;
}

int Length(const std::string& text) { return static_cast<int>(text.size()); }

std::string Spaces(int count) { return std::string(static_cast<size_t>(std::max(count, 0)), ' '); }

}  // namespace

FloatArrayFormat::FloatArrayFormat(absl::Span<const double> shown, FloatKind kind, bool always_sign)
    : kind_(kind), always_sign_(always_sign) {
  std::vector<double> finite;
  std::copy_if(shown.begin(), shown.end(), std::back_inserter(finite), [](double x) { return std::isfinite(x); });
  scientific_ = NeedsExponents(finite, kind);
  if (scientific_) {
    FitScientific(finite);
  } else {
    FitPositional(finite);
  }
  if (finite.size() < shown.size()) FitNonFinite(shown);
}

void FloatArrayFormat::FitPositional(absl::Span<const double> finite) {
  for (const double x : finite) {
    const std::string text = Positional(x);
    const int point = static_cast<int>(text.find('.'));
    left_ = std::max(left_, point);
    right_ = std::max(right_, Length(text) - point - 1);
  }
}

void FloatArrayFormat::FitScientific(absl::Span<const double> finite) {
  for (const double x : finite) {
    Decimal d = Shortest(x, kind_);
    if (d.digits.size() > kPrecision + 1) {
      d = RoundedScientific(x, kPrecision);
      d.digits.erase(d.digits.find_last_not_of('0') + 1);
    }
    left_ = std::max(left_, d.negative || always_sign_ ? 2 : 1);
    decimals_ = std::max(decimals_, Length(d.digits) - 1);
    exponent_digits_ = std::max(exponent_digits_, Length(ExponentText(d.exponent, 2)) - 2);
  }
  right_ = decimals_ + 2 + exponent_digits_;
}

void FloatArrayFormat::FitNonFinite(absl::Span<const double> shown) {
  const bool signed_inf =
      always_sign_ || std::any_of(shown.begin(), shown.end(), [](double x) { return x == -HUGE_VAL; });
  left_ = std::max(left_, (signed_inf ? 4 : 3) - (right_ + 1));
}

std::string FloatArrayFormat::Signed(double value, std::string text) const {
  if (always_sign_ && (std::isnan(value) || !std::signbit(value))) text.insert(text.begin(), '+');
  return text;
}

// The shortest digits, or the exact value rounded where they have too many decimals.
std::string FloatArrayFormat::Positional(double value) const {
  const Decimal d = Shortest(value, kind_);
  return Signed(value, d.num_decimals() > kPrecision ? RoundedPositionalText(value, kPrecision) : PositionalText(d));
}

// All elements have the same number of digits; those that need fewer or more get digits of the exact value.
std::string FloatArrayFormat::Scientific(double value) const {
  Decimal d = Shortest(value, kind_);
  if (Length(d.digits) - 1 != decimals_) d = RoundedScientific(value, decimals_);
  return Signed(value, MantissaText(d)) + ExponentText(d.exponent, exponent_digits_);
}

std::string FloatArrayFormat::operator()(double value) const {
  if (!std::isfinite(value)) {
    const std::string text = Signed(value, NonFiniteText(value));
    return Spaces(left_ + 1 + right_ - Length(text)) + text;
  }
  const std::string text = scientific_ ? Scientific(value) : Positional(value);
  const int point = static_cast<int>(text.find('.'));
  const std::string aligned = Spaces(left_ - point) + text;
  return aligned + Spaces(left_ + 1 + right_ - Length(aligned));
}

}  // namespace eager::print
