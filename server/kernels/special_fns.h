// The gamma function's relatives as functors, computed as double: the same on every device.
//
// Special values are TensorFlow's: Digamma is nan at its poles and at -inf; Zeta(x, q) is inf at x = 1, nan for x < 1,
// at a pole q = 0, -1, … inf for an even x and else nan, and nan for other q < 0 unless x is an integer.
#pragma once

#include <cmath>
#include <limits>

#include "server/kernels/elementwise_fns.h"

namespace eager::server {

// log|gamma(x)|. Unlike std::lgamma it sets no global sign, so that threads do not race. A GPU has only the plain one,
// and that of float has few right digits between its zeros.
EAGER_HOST_DEVICE inline double Lgamma(double x) {
#if defined(__CUDA_ARCH__)
  return ::lgamma(x);
#else
  int sign;
  return ::lgamma_r(x, &sign);
#endif
}
EAGER_HOST_DEVICE inline float Lgamma(float x) {
#if defined(__CUDA_ARCH__)
  return static_cast<float>(::lgamma(static_cast<double>(x)));
#else
  int sign;
  return ::lgammaf_r(x, &sign);
#endif
}

// Below 0 by reflection, psi(x) = psi(1 - x) - pi cot(pi x); below 10 by the recurrence psi(x) = psi(x + 1) - 1 / x;
// from there by the asymptotic series (Abramowitz and Stegun, 6.3.5, 6.3.7 and 6.3.18).
EAGER_HOST_DEVICE inline double Digamma(double x) {
  double result = 0;
  if (!(x > 0)) {
    if (x == std::floor(x)) return std::numeric_limits<double>::quiet_NaN();  // -inf as well
    double phase = x - std::floor(x);
    if (phase > 0.5) phase -= 1;
    constexpr double kPi = 3.14159265358979323846;
    if (phase != 0.5) result = -kPi / std::tan(kPi * phase);
    x = 1 - x;
  }
  for (; x < 10; x += 1) result -= 1 / x;
  if (x == std::numeric_limits<double>::infinity()) return x;
  constexpr double kBernoulli[] = {1. / 12, -1. / 120, 1. / 252, -1. / 240, 1. / 132, -691. / 32760, 1. / 12};
  const double z = 1 / (x * x);
  double series = 0;
  for (int i = 6; i >= 0; --i) series = z * (series + kBernoulli[i]);
  return result + std::log(x) - 0.5 / x - series;
}

// The sum of (q + n)^-x for x > 1, q > 0: some terms, then the integral of the rest and its Euler-Maclaurin
// corrections.
EAGER_HOST_DEVICE inline double ZetaOfPositive(double x, double q) {
  if (q == std::numeric_limits<double>::infinity()) return 0;
  constexpr double kEpsilon = std::numeric_limits<double>::epsilon() / 2;
  double sum = std::pow(q, -x), term = sum, at = q;
  for (int i = 0; i < 9 || at <= 9; ++i) {
    at += 1;
    term = std::pow(at, -x);
    sum += term;
    if (term <= kEpsilon * sum) return sum;
  }
  sum += term * at / (x - 1) - 0.5 * term;
  // B(2j) / (2j)!, times x (x + 1) … (x + 2j - 2) at^(-x - 2j + 1).
  constexpr double kCoefficients[] = {
      8.33333333333333333e-02,  -1.38888888888888889e-03, 3.30687830687830688e-05,  -8.26719576719576720e-07,
      2.08767569878680990e-08,  -5.28419013868749318e-10, 1.33825365306846788e-11,  -3.38968029632258287e-13,
      8.58606205627784456e-15,  -2.17486869855806187e-16, 5.50900282836022952e-18,  -1.39544646858125233e-19};
  double factor = x * term / at;
  for (int j = 0; j < 12; ++j) {
    const double correction = factor * kCoefficients[j];
    sum += correction;
    if (std::fabs(correction) <= kEpsilon * std::fabs(sum)) break;
    const double k = 2 * j + 1;
    factor *= (x + k) / at * ((x + k + 1) / at);
  }
  return sum;
}

EAGER_HOST_DEVICE inline double Zeta(double x, double q) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  if (x == 1) return kInfinity;
  if (!(x > 1) || q != q) return kNan;
  if (q > 0) return ZetaOfPositive(x, q);
  const bool integer = x == std::floor(x);
  const double sign = std::pow(-1., x);  // of (q + n)^-x for q + n < 0
  if (q == std::floor(q)) return integer && sign == 1 ? kInfinity : kNan;
  if (!integer) return kNan;
  // The terms below 0 are, but for the sign, those from `below` to 1 - q.
  const double above = q - std::floor(q), below = 1 - above;
  return ZetaOfPositive(x, above) + sign * (ZetaOfPositive(x, below) - ZetaOfPositive(x, 1 - q));
}

EAGER_HOST_DEVICE inline double Polygamma(double n, double x) {
  if (!(n >= 0) || n != std::floor(n)) return std::numeric_limits<double>::quiet_NaN();
  if (n == 0) return Digamma(x);
  return std::pow(-1., n + 1) * std::exp(Lgamma(n + 1)) * Zeta(n + 1, x);
}

struct LgammaFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return Lgamma(x);
  }
};

struct DigammaFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return static_cast<T>(Digamma(static_cast<double>(x)));
  }
};

// Where the normal distribution reaches p: Acklam's approximation, then two of Halley's steps.
EAGER_HOST_DEVICE inline double Ndtri(double p) {
  if (!(p > 0 && p < 1)) {
    if (p == 0 || p == 1) return (p - 0.5) * std::numeric_limits<double>::infinity();
    return std::numeric_limits<double>::quiet_NaN();
  }
  constexpr double kA[] = {-3.969683028665376e+01, 2.209460984245205e+02,  -2.759285104469687e+02,
                           1.383577518672690e+02,  -3.066479806614716e+01, 2.506628277459239e+00};
  constexpr double kB[] = {-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02,
                           6.680131188771972e+01,  -1.328068155288572e+01, 1};
  constexpr double kC[] = {-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
                           -2.549732539343734e+00, 4.374664141464968e+00,  2.938163982698783e+00};
  constexpr double kD[] = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00, 1};
  const auto horner = [](const double* c, int n, double x) {
    double y = c[0];
    for (int i = 1; i < n; ++i) y = y * x + c[i];
    return y;
  };
  constexpr double kTail = 0.02425;
  double x;
  if (p < kTail || p > 1 - kTail) {
    const double q = std::sqrt(-2 * std::log(p < kTail ? p : 1 - p));
    x = horner(kC, 6, q) / horner(kD, 5, q);
    if (p >= kTail) x = -x;
  } else {
    const double q = p - 0.5, r = q * q;
    x = horner(kA, 6, r) * q / horner(kB, 6, r);
  }
  for (int i = 0; i < 2; ++i) {
    constexpr double kRootOfHalf = 0.70710678118654752, kRootOf2Pi = 2.5066282746310005;
    const double error = (0.5 * std::erfc(-x * kRootOfHalf) - p) * kRootOf2Pi * std::exp(x * x / 2);
    x -= error / (1 + x * error / 2);
  }
  return x;
}

struct NdtriFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T p) const {
    return static_cast<T>(Ndtri(static_cast<double>(p)));
  }
};

struct ErfinvFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return static_cast<T>(Ndtri(0.5 * static_cast<double>(x) + 0.5) * 0.70710678118654752);
  }
};

struct Xlog1pyFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x, T y) const {
    return x == T(0) ? T(0) : x * std::log1p(y);
  }
};

struct PolygammaFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T n, T x) const {
    return static_cast<T>(Polygamma(static_cast<double>(n), static_cast<double>(x)));
  }
};

struct ZetaFn {
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x, T q) const {
    return static_cast<T>(Zeta(static_cast<double>(x), static_cast<double>(q)));
  }
};

}  // namespace eager::server
