// Rules of linear algebra that the devices share.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/kernels/elementwise_fns.h"

namespace eager::server {

// The product of two vectors of three elements, in the numbers W that are computed in.
struct CrossFn {
  template <class W>
  EAGER_HOST_DEVICE void operator()(const W (&u)[3], const W (&v)[3], W (&out)[3]) const {
    out[0] = u[1] * v[2] - u[2] * v[1];
    out[1] = u[2] * v[0] - u[0] * v[2];
    out[2] = u[0] * v[1] - u[1] * v[0];
  }
};

// A product as f * 2^e, which no factor over- or underflows before the end.
template <class T>
struct ScaledProduct {
  T fraction = 1;
  int64_t exponent = 0;

  EAGER_HOST_DEVICE void Times(T x) {
    int shift = 0;
    fraction = std::frexp(fraction * x, &shift);
    if (std::isfinite(fraction)) exponent += shift;
  }
  EAGER_HOST_DEVICE void Times(const ScaledProduct& other) {
    Times(other.fraction);
    exponent += other.exponent;
  }
  EAGER_HOST_DEVICE T value() const { return std::scalbln(fraction, static_cast<long>(exponent)); }
};

// A product as its sign (nan if that has none) and the logarithm of its absolute value.
template <class T>
struct LogProduct {
  T sign = 1;
  T log = 0;

  EAGER_HOST_DEVICE void Times(T x) {
    sign *= std::isnan(x) ? x : static_cast<T>((x > 0) - (x < 0));
    log += std::log(std::abs(x));
  }
  EAGER_HOST_DEVICE void Times(const LogProduct& other) {
    sign *= other.sign;
    log += other.log;
  }
};

// Whether pivot `i` of a decomposition says that the matrix has no inverse: it is zero. The first may not be nan
// either, which no exchange of rows has found better than zero.
template <class T>
EAGER_HOST_DEVICE bool EndsInverse(T pivot, int64_t i) {
  return i == 0 ? !(std::abs(pivot) > 0) : pivot == 0;
}

// The error of a matrix without an inverse, the first of a batch of `count`.
inline absl::Status SingularMatrix(absl::string_view what, int64_t first, int64_t count) {
  const std::string which = count == 1 ? "" : absl::StrCat(" (matrix ", first, " of ", count, ")");
  return absl::InvalidArgumentError(absl::StrCat(what, " is not invertible.", which));
}

}  // namespace eager::server
