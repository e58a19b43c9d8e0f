// Complex numbers as they lie in memory, for sums and comparisons: std::complex's own operators are for the host.
#pragma once

#include "server/kernels/elementwise_fns.h"

namespace eager::server::cuda {

template <class T>
struct alignas(2 * sizeof(T)) Complex {
  T real, imaginary;
  EAGER_HOST_DEVICE Complex operator+(Complex y) const { return {real + y.real, imaginary + y.imaginary}; }
  EAGER_HOST_DEVICE bool operator==(Complex y) const { return real == y.real && imaginary == y.imaginary; }
  EAGER_HOST_DEVICE bool operator!=(Complex y) const { return !(*this == y); }
};
using Complex64 = Complex<float>;
using Complex128 = Complex<double>;

}  // namespace eager::server::cuda
