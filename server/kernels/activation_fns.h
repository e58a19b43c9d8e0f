// Activation functions and bits, element by element: elementwise_fns.h continued.
#pragma once

#include <cmath>
#include <type_traits>

#include "server/kernels/elementwise_fns.h"

namespace eager::server {

struct Relu6Fn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    const T raised = x < T(0) ? T(0) : x;  // nan stays
    return raised > T(6) ? T(6) : raised;
  }
};

struct EluFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return x < T(0) ? std::expm1(x) : x;
  }
};

// With these constants layers keep a mean of 0 and a variance of 1. Klambauer et al., Self-Normalizing Neural Networks.
template <class T>
inline constexpr T kSeluScale = T(1.0507009873554804934193349852946);
template <class T>
inline constexpr T kSeluScaleAlpha = T(1.7580993408473768599402175208123);

struct SeluFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return x < T(0) ? kSeluScaleAlpha<T> * std::expm1(x) : kSeluScale<T> * x;
  }
};

struct SoftsignFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return x / (T(1) + std::fabs(x));
  }
};

// LeakyRelu of x, and, with the sign of a feature, its gradient: x where the sign is positive, else alpha x.
template <class T>
struct LeakFn {
  T alpha;
  EAGER_HOST_DEVICE T operator()(T x, T sign) const { return sign > T(0) ? x : x * alpha; }
  EAGER_HOST_DEVICE T operator()(T x) const { return (*this)(x, x); }
};

// Gradients: (gradient, feature) or (gradient, output).

struct Relu6GradFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T gradient, T feature) const {
    return WrapMul(gradient, static_cast<T>((feature > T(0)) & (feature < T(6))));
  }
};

struct EluGradFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T gradient, T y) const {
    return y < T(0) ? (y + T(1)) * gradient : gradient;
  }
};

struct SeluGradFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T gradient, T y) const {
    return y < T(0) ? gradient * (y + kSeluScaleAlpha<T>) : gradient * kSeluScale<T>;
  }
};

struct SoftsignGradFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T gradient, T x) const {
    const T denominator = T(1) + std::fabs(x);
    return gradient / (denominator * denominator);
  }
};

// Integers as bits.
struct BitwiseAndFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x, T y) const {
    return static_cast<T>(x & y);
  }
};

struct BitwiseOrFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x, T y) const {
    return static_cast<T>(x | y);
  }
};

struct BitwiseXorFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x, T y) const {
    return static_cast<T>(x ^ y);
  }
};

struct InvertFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return static_cast<T>(~x);
  }
};

// By how much a shift by y moves: never as far as there are bits, which C++ leaves undefined.
template <class T>
EAGER_HOST_DEVICE T ShiftOf(T y) {
  constexpr T kMost = T(sizeof(T) * 8 - 1);
  return y < T(0) ? T(0) : (y > kMost ? kMost : y);
}

struct LeftShiftFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x, T y) const {
    return static_cast<T>(static_cast<Wrapping<T>>(x) << ShiftOf(y));
  }
};

struct RightShiftFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x, T y) const {
    return static_cast<T>(x >> ShiftOf(y));
  }
};

}  // namespace eager::server
