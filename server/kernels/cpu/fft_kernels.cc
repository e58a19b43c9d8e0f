// Discrete Fourier transforms: by halves where the length is a power of two, else as a convolution of such a length
// (Bluestein, "A linear filtering approach to the computation of the discrete Fourier transform", 1970). So no length
// is slow, and in double the results of single precision are rounded once.
#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <vector>

#include "common/status_macros.h"
#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/data_movement.h"

namespace eager::server {
namespace {

using Complex = std::complex<double>;

// exp(-2 pi i k / n).
Complex Root(int64_t k, int64_t n) {
  const double angle = -2 * M_PI * static_cast<double>(k) / static_cast<double>(n);
  return {std::cos(angle), std::sin(angle)};
}

// Of a length that is a power of two, in place.
class PowerOfTwo {
 public:
  explicit PowerOfTwo(int64_t n) : n_(n), roots_(static_cast<size_t>(n / 2)) {
    for (int64_t k = 0; k < n / 2; ++k) roots_[static_cast<size_t>(k)] = Root(k, n);
  }
  void Run(Complex* x) const {
    Reorder(x);
    for (int64_t half = 1; half < n_; half *= 2) {
      const int64_t step = n_ / (2 * half);
      for (int64_t first = 0; first < n_; first += 2 * half) {
        for (int64_t k = 0; k < half; ++k) {
          const Complex a = x[first + k], b = Times(roots_[static_cast<size_t>(k * step)], x[first + k + half]);
          x[first + k] = a + b;
          x[first + k + half] = a - b;
        }
      }
    }
  }
  // Without the care for infinities that the operator takes.
  static Complex Times(const Complex& a, const Complex& b) {
    return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
  }

 private:
  // Each element goes to where its index is read backwards, in bits.
  void Reorder(Complex* x) const {
    for (int64_t i = 1, j = 0; i < n_; ++i) {
      int64_t bit = n_ / 2;
      for (; j & bit; bit /= 2) j ^= bit;
      j ^= bit;
      if (i < j) std::swap(x[i], x[j]);
    }
  }

  int64_t n_;
  std::vector<Complex> roots_;
};

// Of any length, along stretches of memory of its own.
class Transform {
 public:
  explicit Transform(int64_t n) : n_(n), inner_(std::has_single_bit(static_cast<uint64_t>(n)) ? n : Padded(n)) {
    if (inner_length() == n) return;
    // jk = (j^2 + k^2 - (j - k)^2) / 2 makes the sums a convolution with chirp_'s conjugate.
    chirp_.resize(static_cast<size_t>(n));
    for (int64_t k = 0; k < n; ++k) {
      chirp_[static_cast<size_t>(k)] = Root(static_cast<int64_t>(static_cast<__int128>(k) * k % (2 * n)), 2 * n);
    }
    filter_.assign(static_cast<size_t>(inner_length()), 0);
    for (int64_t k = 0; k < n; ++k) {
      const Complex value = std::conj(chirp_[static_cast<size_t>(k)]);
      filter_[static_cast<size_t>(k)] = value;
      if (k > 0) filter_[static_cast<size_t>(inner_length() - k)] = value;
    }
    inner_.Run(filter_.data());
  }

  // As many elements as Run needs room for.
  int64_t inner_length() const { return std::has_single_bit(static_cast<uint64_t>(n_)) ? n_ : Padded(n_); }
  // Transforms the first n elements of x, whose others are overwritten.
  void Run(Complex* x) const {
    if (chirp_.empty()) return inner_.Run(x);
    const int64_t m = inner_length();
    for (int64_t k = 0; k < n_; ++k) x[k] = PowerOfTwo::Times(x[k], chirp_[static_cast<size_t>(k)]);
    std::fill(x + n_, x + m, Complex());
    inner_.Run(x);
    // The inverse is the transform of the conjugate, conjugated.
    for (int64_t k = 0; k < m; ++k) x[k] = std::conj(PowerOfTwo::Times(x[k], filter_[static_cast<size_t>(k)]));
    inner_.Run(x);
    for (int64_t k = 0; k < n_; ++k) {
      x[k] = PowerOfTwo::Times(std::conj(x[k]), chirp_[static_cast<size_t>(k)]) / static_cast<double>(m);
    }
  }

 private:
  static int64_t Padded(int64_t n) { return static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(2 * n - 1))); }

  int64_t n_;
  PowerOfTwo inner_;
  std::vector<Complex> chirp_, filter_;
};

// Transforms every line of elements `stride` apart of a tensor seen as [outer, n, stride], from `from` to `to`.
template <class T>
void TransformLines(const std::complex<T>* from, std::complex<T>* to, int64_t outer, int64_t n, int64_t stride,
                    bool inverse) {
  const Transform transform(n);
  const double scale = inverse ? 1 / static_cast<double>(n) : 1;
  ParallelFor(outer * stride, MoveGrain(16 * n), [&](int64_t begin, int64_t end) {
    std::vector<Complex> line(static_cast<size_t>(transform.inner_length()));
    for (int64_t l = begin; l < end; ++l) {
      const int64_t first = l / stride * n * stride + l % stride;
      for (int64_t i = 0; i < n; ++i) {
        const Complex x(from[first + i * stride]);
        line[static_cast<size_t>(i)] = inverse ? std::conj(x) : x;
      }
      transform.Run(line.data());
      for (int64_t i = 0; i < n; ++i) {
        const Complex x = line[static_cast<size_t>(i)] * scale;
        to[first + i * stride] = std::complex<T>(inverse ? std::conj(x) : x);
      }
    }
  });
}

template <class T, int kAxes, bool kInverse>
absl::Status FourierKernel(KernelContext& k) {
  const Shape& shape = k.input(0).shape();
  if (shape.num_elements() == 0) return absl::OkStatus();
  const auto* from = k.input(0).data<std::complex<T>>();
  auto* to = k.output(0).mutable_data<std::complex<T>>();
  for (int axis = shape.rank() - 1; axis >= shape.rank() - kAxes; --axis, from = to) {
    TransformLines(from, to, Extent(shape, 0, axis), shape[axis], Extent(shape, axis + 1, shape.rank()), kInverse);
  }
  return absl::OkStatus();
}

template <int kAxes>
void AddTransforms(std::vector<KernelRow>& rows, absl::string_view direct, absl::string_view inverse) {
  rows.push_back({direct, {DType::kComplex64}, &FourierKernel<float, kAxes, false>});
  rows.push_back({direct, {DType::kComplex128}, &FourierKernel<double, kAxes, false>});
  rows.push_back({inverse, {DType::kComplex64}, &FourierKernel<float, kAxes, true>});
  rows.push_back({inverse, {DType::kComplex128}, &FourierKernel<double, kAxes, true>});
}

}  // namespace

std::vector<KernelRow> CpuFftKernels() {
  std::vector<KernelRow> rows;
  AddTransforms<1>(rows, "FFT", "IFFT");
  AddTransforms<2>(rows, "FFT2D", "IFFT2D");
  AddTransforms<3>(rows, "FFT3D", "IFFT3D");
  return rows;
}

}  // namespace eager::server
