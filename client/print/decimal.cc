#include "client/print/decimal.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/dtype.h"

namespace eager::print {
namespace {

constexpr std::chars_format kScientific = std::chars_format::scientific;

// std::to_chars, which unlike printf does not look at the locale of the program that we are part of.
template <class... Args>
std::string ToChars(Args... args) {
  char text[352];  // the longest: a sign, 309 digits, the point and some decimals
  return std::string(text, std::to_chars(text, text + sizeof(text), args...).ptr);
}

// Takes "-1.25e-05", as to_chars writes it.
Decimal ParseScientific(absl::string_view text) {
  Decimal d;
  if (text[0] == '-') {
    d.negative = true;
    text.remove_prefix(1);
  }
  const size_t e = text.find('e');
  for (const char c : text.substr(0, e)) {
    if (c != '.') d.digits += c;
  }
  d.exponent = std::atoi(std::string(text.substr(e + 1)).c_str());
  return d;
}

void CutZeros(std::string* text, size_t keep) {
  while (text->size() > keep && text->back() == '0') text->pop_back();
}

double ToHalf(uint16_t bits) {
  Float16 half;
  half.bits = bits;
  return static_cast<double>(static_cast<float>(half));
}

// The numbers that read as one half, as [low, high]; the ends belong to it if its last bit is even. Exact in double.
struct HalfInterval {
  double low, high;
  bool closed;
  bool contains(double x) const { return closed ? low <= x && x <= high : low < x && x < high; }
};

HalfInterval IntervalOf(double magnitude) {
  const uint16_t bits = Float16(static_cast<float>(magnitude)).bits;
  constexpr uint16_t kLargest = 0x7bff;
  // The step above the largest half is as wide as the one below it.
  const double step_up = bits == kLargest ? magnitude - ToHalf(bits - 1) : ToHalf(bits + 1) - magnitude;
  return {(magnitude + ToHalf(bits - 1)) / 2, magnitude + step_up / 2, (bits & 1) == 0};
}

double ValueOf(const Decimal& d) {
  const std::string text = absl::StrCat(d.digits.substr(0, 1), ".", d.digits.substr(1), "e", d.exponent);
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// The decimal one step of its last digit further from zero.
Decimal NextUp(Decimal d) {
  size_t i = d.digits.size();
  while (i > 0 && d.digits[i - 1] == '9') d.digits[--i] = '0';
  if (i > 0) {
    ++d.digits[i - 1];
  } else {
    d.digits.insert(d.digits.begin(), '1');
    d.digits.pop_back();
    ++d.exponent;
  }
  return d;
}

// The standard library has no shortest digits for halves. Five digits tell all of them apart; the nearest decimal can
// lie outside the interval where the one above it lies inside, because below a power of two the halves are denser.
Decimal ShortestHalf(double value) {
  const HalfInterval interval = IntervalOf(std::fabs(value));
  Decimal d;
  for (int decimals = 0; decimals < 5; ++decimals) {
    d = RoundedScientific(std::fabs(value), decimals);
    if (interval.contains(ValueOf(d))) break;
    d = NextUp(d);
    if (interval.contains(ValueOf(d))) break;
  }
  d.negative = std::signbit(value);
  return d;
}

}  // namespace

Decimal Shortest(double value, FloatKind kind) {
  Decimal d;
  if (value == 0) {
    d = {std::signbit(value), "0", 0};
  } else if (kind == FloatKind::kHalf) {
    d = ShortestHalf(value);
  } else {
    d = ParseScientific(kind == FloatKind::kSingle ? ToChars(static_cast<float>(value), kScientific)
                                                   : ToChars(value, kScientific));
  }
  CutZeros(&d.digits, 1);
  return d;
}

Decimal RoundedScientific(double value, int decimals) { return ParseScientific(ToChars(value, kScientific, decimals)); }

std::string PositionalText(const Decimal& d) {
  const absl::string_view sign = d.negative ? "-" : "";
  if (d.exponent < 0) {
    return absl::StrCat(sign, "0.", std::string(static_cast<size_t>(-d.exponent - 1), '0'), d.digits);
  }
  std::string digits = d.digits;
  const size_t whole = static_cast<size_t>(d.exponent) + 1;
  if (digits.size() < whole) digits.resize(whole, '0');
  std::string fraction = digits.substr(whole);
  CutZeros(&fraction, 0);
  return absl::StrCat(sign, digits.substr(0, whole), ".", fraction);
}

std::string RoundedPositionalText(double value, int decimals) {
  std::string out = ToChars(value, std::chars_format::fixed, decimals);
  if (out.find('.') == std::string::npos) return out + ".";
  CutZeros(&out, 0);  // stops at the point at the latest
  return out;
}

std::string MantissaText(const Decimal& d) {
  return absl::StrCat(d.negative ? "-" : "", d.digits.substr(0, 1), ".", d.digits.substr(1));
}

std::string ExponentText(int exponent, int min_digits) {
  const std::string digits = absl::StrCat(std::abs(exponent));
  const size_t zeros = digits.size() < static_cast<size_t>(min_digits) ? min_digits - digits.size() : 0;
  return absl::StrCat("e", exponent < 0 ? "-" : "+", std::string(zeros, '0'), digits);
}

}  // namespace eager::print
