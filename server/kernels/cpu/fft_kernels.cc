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

// The shape of what is transformed: the input's batch, then fft_length, the last of which may be halved.
Shape Transformed(const Shape& in, absl::Span<const int64_t> length, bool half) {
  Shape shape = in;
  const int first = in.rank() - static_cast<int>(length.size());
  for (size_t i = 0; i < length.size(); ++i) {
    shape.set_dim(first + static_cast<int>(i), half && i + 1 == length.size() ? length[i] / 2 + 1 : length[i]);
  }
  return shape;
}

// The first elements of `in` along every axis.
template <class From, class T>
std::vector<std::complex<T>> Cut(const Tensor& in, const Shape& shape) {
  std::vector<std::complex<T>> out(static_cast<size_t>(shape.num_elements()));
  const int rank = shape.rank();
  const From* from = in.data<From>();
  ParallelFor(shape[rank - 1] == 0 ? 0 : shape.num_elements() / shape[rank - 1], MoveGrain(16 * shape[rank - 1]),
              [&](int64_t begin, int64_t end) {
    for (int64_t line = begin; line < end; ++line) {
      int64_t at = 0, rest = line, step = 1;
      for (int axis = rank - 2; axis >= 0; --axis) {
        const int64_t i = rest % shape[axis];
        rest /= shape[axis];
        at += i * step;
        step *= in.shape()[axis];
      }
      const int64_t width = in.shape()[rank - 1];
      for (int64_t i = 0; i < shape[rank - 1]; ++i) out[static_cast<size_t>(line * shape[rank - 1] + i)] = from[at * width + i];
    }
  });
  return out;
}

template <class T>
void TransformAxes(std::vector<std::complex<T>>& x, const Shape& shape, int first, int last, bool inverse) {
  for (int axis = last; axis >= first; --axis) {
    TransformLines(x.data(), x.data(), Extent(shape, 0, axis), shape[axis], Extent(shape, axis + 1, shape.rank()),
                   inverse);
  }
}

template <class T, int kAxes>
absl::Status RealFourierKernel(KernelContext& k) {
  const Tensor& out = k.output(0);
  if (out.num_elements() == 0) return absl::OkStatus();
  const HostInts length = k.ints(1);
  const Shape whole = Transformed(k.input(0).shape(), length, /*half=*/false);
  const int last = whole.rank() - 1;
  std::vector<std::complex<T>> x = Cut<T, T>(k.input(0), whole);
  auto* to = out.mutable_data<std::complex<T>>();
  const int64_t n = whole[last], half = n / 2 + 1;
  if (n == 0 || whole.num_elements() == 0) {  // a transform of nothing
    std::fill_n(to, out.num_elements(), std::complex<T>());
    return absl::OkStatus();
  }
  TransformAxes(x, whole, whole.rank() - kAxes, last, /*inverse=*/false);
  for (int64_t i = 0; i < out.num_elements(); ++i) to[i] = x[static_cast<size_t>(i / half * n + i % half)];
  return absl::OkStatus();
}

// The other half of the last axis has the conjugates of the first one once the other axes are transformed.
template <class T, int kAxes>
absl::Status InverseRealFourierKernel(KernelContext& k) {
  const Tensor& out = k.output(0);
  if (out.num_elements() == 0) return absl::OkStatus();
  const HostInts length = k.ints(1);
  const Shape halved = Transformed(k.input(0).shape(), length, /*half=*/true);
  const int last = halved.rank() - 1;
  std::vector<std::complex<T>> x = Cut<std::complex<T>, T>(k.input(0), halved);
  TransformAxes(x, halved, halved.rank() - kAxes, last - 1, /*inverse=*/true);
  const int64_t n = length.back(), half = halved[last];
  std::vector<std::complex<T>> lines(static_cast<size_t>(out.num_elements()));
  for (int64_t i = 0; i < out.num_elements(); ++i) {
    const int64_t line = i / n * half, at = i % n;
    // Those that are their own conjugates have no imaginary part.
    std::complex<T> value = at < half ? x[static_cast<size_t>(line + at)] : std::conj(x[static_cast<size_t>(line + n - at)]);
    if (at == 0 || 2 * at == n) value = value.real();
    lines[static_cast<size_t>(i)] = value;
  }
  TransformLines(lines.data(), lines.data(), out.num_elements() / n, n, 1, /*inverse=*/true);
  T* to = out.mutable_data<T>();
  for (int64_t i = 0; i < out.num_elements(); ++i) to[i] = lines[static_cast<size_t>(i)].real();
  return absl::OkStatus();
}

template <int kAxes>
void AddRealTransforms(std::vector<KernelRow>& rows, absl::string_view direct, absl::string_view inverse) {
  rows.push_back({direct, {DType::kFloat32}, &RealFourierKernel<float, kAxes>});
  rows.push_back({direct, {DType::kFloat64}, &RealFourierKernel<double, kAxes>});
  rows.push_back({inverse, {DType::kFloat32}, &InverseRealFourierKernel<float, kAxes>});
  rows.push_back({inverse, {DType::kFloat64}, &InverseRealFourierKernel<double, kAxes>});
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
  AddRealTransforms<1>(rows, "RFFT", "IRFFT");
  AddRealTransforms<2>(rows, "RFFT2D", "IRFFT2D");
  AddRealTransforms<3>(rows, "RFFT3D", "IRFFT3D");
  return rows;
}

}  // namespace eager::server
