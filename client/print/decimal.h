// Decimal digits of binary floating-point numbers: the shortest that name a number, and exact ones cut off somewhere.
#pragma once

#include <string>

namespace eager::print {

// Which binary type a number is of. All of them are carried as a double, which holds their values exactly.
enum class FloatKind { kHalf, kSingle, kDouble };

// A finite number in decimal: digits[0].digits[1]digits[2]… times 10^exponent.
struct Decimal {
  bool negative = false;
  std::string digits;  // at least one; the first is 0 only in zero
  int exponent = 0;

  int num_decimals() const { return static_cast<int>(digits.size()) - 1 - exponent; }  // < 0: ends left of the point
};

// The fewest digits that read back as `value` in its own type; of those the nearest to it. No zeros at the end.
// `value` is finite and of that type.
Decimal Shortest(double value, FloatKind kind);

// The exact value of `value` (finite) rounded half to even to `decimals` digits after the first one, zeros kept.
Decimal RoundedScientific(double value, int decimals);

// "-12.5", "0.001", "3.": always with a point, never with zeros at the end of the fraction.
std::string PositionalText(const Decimal& decimal);

// The exact value of `value` (finite) rounded to `decimals` digits after the point, in the form of PositionalText.
std::string RoundedPositionalText(double value, int decimals);

// "-1.25", "1.": the factor before the power of ten, always with a point.
std::string MantissaText(const Decimal& decimal);

// "e-05", "e+100": the exponent with its sign and at least `min_digits` digits.
std::string ExponentText(int exponent, int min_digits);

}  // namespace eager::print
