// Which elements count as true: those that are not zero. A nan does, a negative zero does not.
#pragma once

#include <complex>
#include <cstdint>
#include <type_traits>

#include "common/dtype.h"
#include "common/visit_dtype.h"

namespace eager {

template <class T>
bool IsNonzero(const T& x) {
  if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>) {
    return (x.bits & 0x7fffu) != 0;
  } else {
    return x != T(0);
  }
}

// VisitDType with complex numbers too.
template <class F, class Other>
auto VisitNumber(DType dtype, F f, Other other) -> decltype(f.template operator()<float>()) {
  if (dtype == DType::kComplex64) return f.template operator()<std::complex<float>>();
  if (dtype == DType::kComplex128) return f.template operator()<std::complex<double>>();
  return VisitDType(dtype, f, other);
}

}  // namespace eager
