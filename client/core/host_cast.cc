#include "client/core/host_cast.h"

#include <complex>
#include <limits>

#include "common/visit_dtype.h"

namespace eager::internal {
namespace {

constexpr double kTwo63 = 9223372036854775808.0;

template <class To>
To FromDouble(double value) {
  if constexpr (std::is_same_v<To, bool>) {
    return value != 0;  // true for NaN, too
  } else if constexpr (std::is_same_v<To, Float16> || std::is_same_v<To, BFloat16>) {
    return To(static_cast<float>(value));
  } else if constexpr (std::is_floating_point_v<To>) {
    return static_cast<To>(value);
  } else {
    // C++ does not say what a number out of range becomes, so those never meet the conversion.
    if (value >= -kTwo63 && value < kTwo63) return static_cast<To>(static_cast<int64_t>(value));
    if (value >= kTwo63 && value < 2 * kTwo63) return static_cast<To>(static_cast<uint64_t>(value));
    return static_cast<To>(std::numeric_limits<int64_t>::min());
  }
}

template <class To, class From>
To Convert(From value) {
  if constexpr (std::is_same_v<From, std::complex<float>> || std::is_same_v<From, std::complex<double>>) {
    if constexpr (std::is_same_v<To, bool>) return value.real() != 0 || value.imag() != 0;
    return Convert<To>(value.real());
  } else if constexpr (std::is_same_v<From, Float16> || std::is_same_v<From, BFloat16>) {
    return FromDouble<To>(static_cast<float>(value));
  } else if constexpr (std::is_floating_point_v<From>) {
    return FromDouble<To>(static_cast<double>(value));
  } else if constexpr (std::is_same_v<To, Float16> || std::is_same_v<To, BFloat16>) {
    return To(static_cast<float>(value));
  } else {
    return static_cast<To>(value);
  }
}

// Calls f.operator()<T>() for every numeric dtype, complex ones too.
template <class F>
void VisitNumeric(DType dtype, F f) {
  if (dtype == DType::kComplex64) return f.template operator()<std::complex<float>>();
  if (dtype == DType::kComplex128) return f.template operator()<std::complex<double>>();
  VisitDType(dtype, f, [] {});
}

}  // namespace

bool IsNumeric(DType d) { return IsFloating(d) || IsInteger(d) || IsComplex(d) || d == DType::kBool; }

HostTensor CastHost(const HostTensor& array, DType dtype) {
  if (array.dtype() == dtype) return array;
  HostTensor cast(TensorSpec{dtype, array.shape()});
  const auto n = static_cast<size_t>(array.num_elements());
  VisitNumeric(array.dtype(), [&]<class From>() {
    const From* from = array.values<From>().data();
    VisitNumeric(dtype, [&]<class To>() {
      To* to = cast.values<To>().data();
      constexpr bool to_complex = std::is_same_v<To, std::complex<float>> || std::is_same_v<To, std::complex<double>>;
      constexpr bool from_complex =
          std::is_same_v<From, std::complex<float>> || std::is_same_v<From, std::complex<double>>;
      for (size_t i = 0; i < n; ++i) {
        if constexpr (to_complex && from_complex) {
          to[i] = To(from[i]);
        } else if constexpr (to_complex) {
          to[i] = To(Convert<typename To::value_type>(from[i]));
        } else {
          to[i] = Convert<To>(from[i]);
        }
      }
    });
  });
  return cast;
}

}  // namespace eager::internal
