// Elementwise ops as functors: what they do to one element, the same on every device.
//
// T is a type to compute in: float, double, an integer type, or uint8_t for a bool, which is 0 or 1. Half precision is
// computed in float. Integers wrap around; nothing here is undefined for any operand.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#if defined(__CUDACC__)
#define EAGER_HOST_DEVICE __host__ __device__
#else
#define EAGER_HOST_DEVICE
#endif

namespace eager::server {

// The type in which T's sums and products wrap: unsigned, and at least as wide as int, so that promotion to int cannot
// overflow. A floating type is its own.
template <class T, bool = std::is_integral_v<T>>
struct WrappingType {
  using type = T;
};
template <class T>
struct WrappingType<T, true> {
  using type = std::common_type_t<std::make_unsigned_t<T>, unsigned>;
};
template <class T>
using Wrapping = typename WrappingType<T>::type;

template <class T>
EAGER_HOST_DEVICE T WrapMul(T x, T y) {
  return static_cast<T>(static_cast<Wrapping<T>>(x) * static_cast<Wrapping<T>>(y));
}
template <class T>
EAGER_HOST_DEVICE T WrapNeg(T x) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(Wrapping<T>{0} - static_cast<Wrapping<T>>(x));
  } else {
    return -x;
  }
}

// One input.

struct AbsFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    if constexpr (std::is_floating_point_v<T>) return std::fabs(x);
    return x < T(0) ? WrapNeg(x) : x;
  }
};

struct NegFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return WrapNeg(x);
  }
};

struct SignFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return x > T(0) ? T(1) : (x < T(0) ? T(-1) : x);  // nan is neither
  }
};

struct SquareFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return WrapMul(x, x);
  }
};

struct SqrtFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return std::sqrt(x);
  }
};

struct RsqrtFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return T(1) / std::sqrt(x);
  }
};

struct ReciprocalFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return T(1) / x;
  }
};

struct ExpFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return std::exp(x);
  }
};

struct Expm1Fn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return std::expm1(x);
  }
};

struct LogFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return std::log(x);
  }
};

struct Log1pFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return std::log1p(x);
  }
};

struct SinFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return std::sin(x);
  }
};

struct CosFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return std::cos(x);
  }
};

struct TanFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return std::tan(x);
  }
};

struct TanhFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return std::tanh(x);
  }
};

struct SigmoidFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return T(1) / (T(1) + std::exp(-x));
  }
};

struct ReluFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return x < T(0) ? T(0) : x;  // nan stays
  }
};

// max(x, 0) + log(1 + exp(-|x|)): no overflow for large x, no lost digits for small.
struct SoftplusFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return (x < T(0) ? T(0) : x) + std::log1p(std::exp(-std::fabs(x)));
  }
};

struct FloorFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return std::floor(x);
  }
};

struct CeilFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return std::ceil(x);
  }
};

// Halves to even. Adding and taking away 1 / epsilon leaves no room for a fraction. Integers give 0, as TensorFlow's op
// does, whose tf.round never hands it one.
struct RoundFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    if constexpr (std::is_integral_v<T>) {
      return T(0);
    } else {
      constexpr T kNoFraction = T(1) / std::numeric_limits<T>::epsilon();
      const T magnitude = std::fabs(x);
      const T rounded = (magnitude + kNoFraction) - kNoFraction;
      return std::copysign(magnitude < kNoFraction ? rounded : magnitude, x);
    }
  }
};

struct LogicalNotFn {
  EAGER_HOST_DEVICE uint8_t operator()(uint8_t x) const { return x == 0; }
};

struct IsNanFn {
  template <class T>
  EAGER_HOST_DEVICE uint8_t operator()(T x) const {
    return x != x;
  }
};

struct IsInfFn {
  template <class T>
  EAGER_HOST_DEVICE uint8_t operator()(T x) const {
    return std::fabs(x) == std::numeric_limits<T>::infinity();
  }
};

struct IsFiniteFn {
  template <class T>
  EAGER_HOST_DEVICE uint8_t operator()(T x) const {
    return std::fabs(x) < std::numeric_limits<T>::infinity();
  }
};

// Two inputs: arithmetic.

struct AddFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x, T y) const {
    return static_cast<T>(static_cast<Wrapping<T>>(x) + static_cast<Wrapping<T>>(y));
  }
};

struct SubFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x, T y) const {
    return static_cast<T>(static_cast<Wrapping<T>>(x) - static_cast<Wrapping<T>>(y));
  }
};

struct MulFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x, T y) const {
    return WrapMul(x, y);
  }
};

struct SquaredDifferenceFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x, T y) const {
    const T d = SubFn()(x, y);
    return WrapMul(d, d);
  }
};

// Division toward 0. Integers by 0 give 0: kernels look for that before they begin.
struct TruncateDivFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x, T y) const {
    if constexpr (std::is_floating_point_v<T>) {
      return std::trunc(x / y);
    } else {
      if (y == T(0)) return T(0);
      if (std::is_signed_v<T> && y == T(-1)) return WrapNeg(x);  // the smallest integer has no negative
      return static_cast<T>(x / y);
    }
  }
};

struct TruncateModFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x, T y) const {
    if constexpr (std::is_floating_point_v<T>) {
      return std::fmod(x, y);
    } else {
      if (y == T(0) || (std::is_signed_v<T> && y == T(-1))) return T(0);
      return static_cast<T>(x % y);
    }
  }
};

struct FloorModFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x, T y) const {
    const T r = TruncateModFn()(x, y);
    return r != T(0) && (r < T(0)) != (y < T(0)) ? static_cast<T>(r + y) : r;
  }
};

struct FloorDivFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x, T y) const {
    if constexpr (std::is_floating_point_v<T>) {
      return std::floor(x / y);
    } else {
      const T q = TruncateDivFn()(x, y), r = TruncateModFn()(x, y);
      return r != T(0) && (r < T(0)) != (y < T(0)) ? static_cast<T>(q - 1) : q;
    }
  }
};

struct TruncFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return std::trunc(x);
  }
};

// The whole part of a 16-bit quotient, as TensorFlow computes it: Rounded to 16 bits first, so that 2.9999 is 3.
template <class WholePart, class Rounded>
struct WholeQuotientFn {
  EAGER_HOST_DEVICE float operator()(float x, float y) const { return WholePart()(Rounded()(x / y)); }
};

// Floating division, and that of integers for the op Div.
struct DivFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x, T y) const {
    if constexpr (std::is_floating_point_v<T>) return x / y;
    return TruncateDivFn()(x, y);
  }
};

// Integers by repeated squaring; a negative exponent gives 0: kernels look for that before they begin.
struct PowFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x, T y) const {
    if constexpr (std::is_floating_point_v<T>) {
      return std::pow(x, y);
    } else {
      if (y < T(0)) return T(0);
      T result = 1;
      for (auto n = static_cast<Wrapping<T>>(y); n != 0; n >>= 1) {
        if (n & 1) result = WrapMul(result, x);
        x = WrapMul(x, x);
      }
      return result;
    }
  }
};

struct MaximumFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x, T y) const {
    if constexpr (std::is_floating_point_v<T>) return x > y || x != x ? x : y;
    return x > y ? x : y;
  }
};

struct MinimumFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x, T y) const {
    if constexpr (std::is_floating_point_v<T>) return x < y || x != x ? x : y;
    return x < y ? x : y;
  }
};

struct DivNoNanFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x, T y) const {
    return y == T(0) ? T(0) : x / y;
  }
};

struct MulNoNanFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x, T y) const {
    return y == T(0) ? T(0) : x * y;
  }
};

struct XdivyFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x, T y) const {
    return x == T(0) ? T(0) : x / y;
  }
};

struct XlogyFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x, T y) const {
    return x == T(0) ? T(0) : x * std::log(y);
  }
};

struct Atan2Fn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T y, T x) const {
    return std::atan2(y, x);
  }
};

struct LogicalAndFn {
  EAGER_HOST_DEVICE uint8_t operator()(uint8_t x, uint8_t y) const { return x & y; }
};

struct LogicalOrFn {
  EAGER_HOST_DEVICE uint8_t operator()(uint8_t x, uint8_t y) const { return x | y; }
};

// Two inputs: comparison.

struct EqualFn {
  template <class T>
  EAGER_HOST_DEVICE uint8_t operator()(T x, T y) const {
    return x == y;
  }
};

struct NotEqualFn {
  template <class T>
  EAGER_HOST_DEVICE uint8_t operator()(T x, T y) const {
    return x != y;
  }
};

struct LessFn {
  template <class T>
  EAGER_HOST_DEVICE uint8_t operator()(T x, T y) const {
    return x < y;
  }
};

struct LessEqualFn {
  template <class T>
  EAGER_HOST_DEVICE uint8_t operator()(T x, T y) const {
    return x <= y;
  }
};

struct GreaterFn {
  template <class T>
  EAGER_HOST_DEVICE uint8_t operator()(T x, T y) const {
    return x > y;
  }
};

struct GreaterEqualFn {
  template <class T>
  EAGER_HOST_DEVICE uint8_t operator()(T x, T y) const {
    return x >= y;
  }
};

// Two inputs: gradients. For Sqrt, Rsqrt and Reciprocal a gradient of 0 stays 0 where y is infinite or 0.

struct SqrtGradFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T y, T dy) const {
    return dy == T(0) ? T(0) : T(0.5) * dy / y;
  }
};

struct RsqrtGradFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T y, T dy) const {
    return dy == T(0) ? T(0) : T(-0.5) * (dy * y) * (y * y);
  }
};

struct ReciprocalGradFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T y, T dy) const {
    return dy == T(0) ? T(0) : -y * y * dy;
  }
};

struct TanhGradFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T y, T dy) const {
    return dy * (T(1) - y * y);
  }
};

struct SigmoidGradFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T y, T dy) const {
    return dy * (y * (T(1) - y));  // in this order: a large dy does not overflow on the way
  }
};

// A product, not a choice: an infinite or nan gradient shows even where the feature is not positive, as in TensorFlow.
struct ReluGradFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T gradient, T feature) const {
    return WrapMul(gradient, static_cast<T>(feature > T(0)));
  }
};

struct SoftplusGradFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T gradient, T feature) const {
    return gradient / (std::exp(-feature) + T(1));
  }
};

// Three inputs.

// T is any type at all: its elements are only moved.
struct SelectFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(uint8_t condition, T then_value, T else_value) const {
    return condition != 0 ? then_value : else_value;
  }
};

struct ClipFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x, T low, T high) const {
    const T lowered = high < x ? high : x;  // first: of bounds the wrong way round, low holds
    return lowered < low ? low : lowered;
  }
};

}  // namespace eager::server
