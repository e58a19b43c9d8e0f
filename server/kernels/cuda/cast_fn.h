// Casts between all element types as one functor. The steps are those of cpu/cast.cc, whose results these are.
#pragma once

#include <type_traits>

#include "common/dtype.h"
#include "server/kernels/cast_fns.h"
#include "server/kernels/cuda/complex_number.h"

namespace eager::server::cuda {

// What a type's elements are made of, and what a kernel hands over to be stored as the type.
template <class T>
struct CastPart {
  static constexpr bool kComplex = false;
  using Part = T;
  using Result = T;
};
template <class T>
struct CastPart<Complex<T>> {
  static constexpr bool kComplex = true;
  using Part = T;
  using Result = Complex<T>;
};
template <>
struct CastPart<Float16> {
  static constexpr bool kComplex = false;
  using Part = Float16;
  using Result = float;
};
template <>
struct CastPart<BFloat16> {
  static constexpr bool kComplex = false;
  using Part = BFloat16;
  using Result = float;
};
template <>
struct CastPart<bool> {
  static constexpr bool kComplex = false;
  using Part = bool;
  using Result = uint8_t;
};

template <class T>
inline constexpr bool kIsHalfPart = std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>;

// Whether the attribute Truncate makes a difference. TensorFlow rounds complex64 to 16 bits all the same.
template <class From, class To>
inline constexpr bool kCutsDigits =
    (std::is_same_v<typename CastPart<From>::Part, double> && std::is_same_v<typename CastPart<To>::Part, float>) ||
    (kIsHalfPart<To> && !std::is_same_v<From, Complex<float>> && !std::is_same_v<From, To>);

// Complex numbers become others part by part, anything else without their imaginary part, and of anything else with one
// of 0. With kTruncate digits that To does not have are cut instead of rounded.
template <class To, bool kTruncate>
struct CastFn {
  using Result = typename CastPart<To>::Result;
  template <class From>
  EAGER_HOST_DEVICE Result operator()(From x) const {
    using Part = typename CastPart<To>::Part;
    if constexpr (CastPart<From>::kComplex && CastPart<To>::kComplex) {
      return {CastFn<Part, kTruncate>()(x.real), CastFn<Part, kTruncate>()(x.imaginary)};
    } else if constexpr (CastPart<From>::kComplex) {
      return (*this)(x.real);
    } else if constexpr (CastPart<To>::kComplex) {
      return {CastFn<Part, kTruncate>()(x), Part(0)};
    } else if constexpr (kTruncate && std::is_same_v<From, double>) {
      return CastFn<To, true>()(static_cast<float>(CutToFloat(x)));
    } else if constexpr (kIsHalfPart<To>) {
      const float rounded = CastNumber<float>(x);
      return kTruncate ? CutDigits<std::is_same_v<To, BFloat16> ? 16 : 13>(rounded) : rounded;
    } else {
      return static_cast<Result>(CastNumber<To>(x));
    }
  }
};

}  // namespace eager::server::cuda
