// AsString and StringToNumber.
#include <algorithm>
#include <complex>
#include <cstdio>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/kernels/cpu/computed_strings.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/number.h"

namespace eager::server {
namespace {

// printf's conversion of one number: "%-12.3f".
struct Format {
  explicit Format(const KernelContext& k, absl::string_view conversion)
      : width(k.attr<int64_t>("width")), left(k.attr<std::string>("fill") == "-") {
    absl::StrAppend(&text, "%", k.attr<std::string>("fill"));
    if (width >= 0) absl::StrAppend(&text, width);
    if (k.attr<int64_t>("precision") >= 0) absl::StrAppend(&text, ".", k.attr<int64_t>("precision"));
    absl::StrAppend(&text, conversion);
  }
  template <class Number>
  std::string operator()(Number number) const {
    char buffer[64];
    const int length = std::snprintf(buffer, sizeof(buffer), text.c_str(), number);
    if (length < static_cast<int>(sizeof(buffer))) return std::string(buffer, static_cast<size_t>(length));
    std::string longer(static_cast<size_t>(length) + 1, '\0');
    std::snprintf(longer.data(), longer.size(), text.c_str(), number);
    longer.pop_back();
    return longer;
  }

  std::string text;
  int64_t width;
  bool left;
};

absl::string_view FloatConversion(const KernelContext& k) {
  return k.attr<bool>("shortest") ? "g" : k.attr<bool>("scientific") ? "e" : "f";
}

template <class T>
struct AsStringKernel {
  static absl::Status Run(KernelContext& k) {
    const T* values = k.input(0).data<T>();
    if constexpr (kIsFloat<T>) {
      const Format format(k, FloatConversion(k));
      return SetComputedStrings(k, 0, [&](int64_t i) { return format(Widen<double>(values[i])); });
    } else if constexpr (std::is_signed_v<T>) {
      const Format format(k, "lld");
      return SetComputedStrings(k, 0, [&](int64_t i) { return format(static_cast<long long>(values[i])); });
    } else {
      const Format format(k, "llu");
      return SetComputedStrings(k, 0, [&](int64_t i) { return format(static_cast<unsigned long long>(values[i])); });
    }
  }
};

template <class T>
absl::Status ComplexAsString(KernelContext& k) {
  const auto* values = k.input(0).data<std::complex<T>>();
  const Format format(k, FloatConversion(k));
  return SetComputedStrings(k, 0, [&](int64_t i) {
    return absl::StrCat("(", format(static_cast<double>(values[i].real())), ",",
                        format(static_cast<double>(values[i].imag())), ")");
  });
}

absl::Status BoolAsString(KernelContext& k) {
  const bool* values = k.input(0).data<bool>();
  return SetStrings(k, 0, [&](int64_t i) { return absl::string_view(values[i] ? "true" : "false"); });
}

// Strings are only made wider; they may hold zero bytes, which printf would not write.
absl::Status StringAsString(KernelContext& k) {
  const Tensor& in = k.input(0);
  const Format format(k, "s");
  return SetComputedStrings(k, 0, [&](int64_t i) {
    const absl::string_view s = StringAt(in, i);
    const int64_t missing = format.width - static_cast<int64_t>(s.size());
    const std::string spaces(static_cast<size_t>(std::max<int64_t>(missing, 0)), ' ');
    return format.left ? absl::StrCat(s, spaces) : absl::StrCat(spaces, s);
  });
}

// 0x and hexadecimal digits are a number as well.
bool ParseHexadecimal(absl::string_view s, double* number) {
  const bool negative = absl::ConsumePrefix(&s, "-");
  if (!negative) absl::ConsumePrefix(&s, "+");
  uint64_t bits;
  if (!absl::StartsWithIgnoreCase(s, "0x") || !absl::SimpleHexAtoi(s, &bits)) return false;
  *number = negative ? -static_cast<double>(bits) : static_cast<double>(bits);
  return true;
}

template <class T>
bool ParseNumber(absl::string_view s, T* number) {
  if constexpr (std::is_integral_v<T>) {
    return absl::SimpleAtoi(s, number);
  } else {
    bool parsed;
    if constexpr (std::is_same_v<T, float>) {
      parsed = absl::SimpleAtof(s, number);
    } else {
      parsed = absl::SimpleAtod(s, number);
    }
    if (parsed) return true;
    double hexadecimal;
    if (!ParseHexadecimal(absl::StripAsciiWhitespace(s), &hexadecimal)) return false;
    *number = static_cast<T>(hexadecimal);
    return true;
  }
}

template <class T>
struct StringToNumberKernel {
  static absl::Status Run(KernelContext& k) {
    const Tensor& in = k.input(0);
    T* out = k.output(0).mutable_data<T>();
    for (int64_t i = 0; i < in.num_elements(); ++i) {
      if (ParseNumber(StringAt(in, i), out + i)) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("StringToNumberOp could not correctly convert string: ", StringAt(in, i)));
    }
    return absl::OkStatus();
  }
};

}  // namespace

std::vector<KernelRow> CpuStringNumberKernels() {
  std::vector<KernelRow> rows = {{"AsString", {DType::kBool}, &BoolAsString},
                                 {"AsString", {DType::kString}, &StringAsString},
                                 {"AsString", {DType::kComplex64}, &ComplexAsString<float>},
                                 {"AsString", {DType::kComplex128}, &ComplexAsString<double>}};
  AddNumberRows<AsStringKernel>(rows, "AsString");
  AddRows<StringToNumberKernel, float, double, int32_t, int64_t, uint32_t, uint64_t>(rows, "StringToNumber");
  return rows;
}

}  // namespace eager::server
