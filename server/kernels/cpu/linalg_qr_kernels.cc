// Qr by Householder's reflections, with the signs that follow from them.
#include <Eigen/QR>
#include <algorithm>
#include <complex>
#include <type_traits>

#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/linalg_matrix.h"
#include "server/kernels/cpu/number.h"

namespace eager::server {
namespace {

// What matrices of T are decomposed in.
template <class T>
using Factor = std::conditional_t<kIsHalf<T>, float, T>;

template <class T>
ColumnMatrix<Factor<T>> Load(const T* in, int64_t rows, int64_t columns) {
  ColumnMatrix<Factor<T>> matrix(rows, columns);
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t column = 0; column < columns; ++column) {
      if constexpr (kIsHalf<T>) {
        matrix(row, column) = LoadHalf(in[row * columns + column]);
      } else {
        matrix(row, column) = in[row * columns + column];
      }
    }
  }
  return matrix;
}

template <class Matrix, class T>
void Store(const Matrix& matrix, T* out) {
  for (int64_t row = 0; row < matrix.rows(); ++row) {
    for (int64_t column = 0; column < matrix.cols(); ++column, ++out) {
      if constexpr (kIsHalf<T>) {
        StoreHalf(matrix(row, column), *out);
      } else {
        *out = matrix(row, column);
      }
    }
  }
}

template <class T>
absl::Status QrKernel(KernelContext& k) {
  using Matrix = ColumnMatrix<Factor<T>>;
  const Shape& shape = k.input(0).shape();
  const int64_t m = shape[shape.rank() - 2], n = shape[shape.rank() - 1], least = std::min(m, n);
  const int64_t columns = k.attr<bool>("full_matrices") ? m : least;  // of q, and rows of r
  if (k.output(0).num_elements() == 0) return absl::OkStatus();  // then r is empty as well
  int64_t count = 1;
  for (int axis = 0; axis + 2 < shape.rank(); ++axis) count *= shape[axis];
  const T* in = k.input(0).data<T>();
  T *q = k.output(0).mutable_data<T>(), *r = k.output(1).mutable_data<T>();
  ForMatrices(count, m * n * (least + columns), [&](int64_t i) {
    Matrix reflections = Load(in + i * m * n, m, n);
    Matrix orthogonal = Matrix::Identity(m, columns);
    if (least > 0) {
      const Eigen::HouseholderQR<Eigen::Ref<Matrix>> qr(reflections);  // writes over them
      orthogonal.applyOnTheLeft(qr.householderQ());
    }
    Store(orthogonal, q + i * m * columns);
    Matrix triangle = Matrix::Zero(columns, n);
    if (least > 0) triangle.topRows(least) = reflections.topRows(least).template triangularView<Eigen::Upper>();
    Store(triangle, r + i * columns * n);
  });
  return absl::OkStatus();
}

}  // namespace

std::vector<KernelRow> CpuQrKernels() {
  return {{"Qr", {DType::kFloat32}, &QrKernel<float>},
          {"Qr", {DType::kFloat64}, &QrKernel<double>},
          {"Qr", {DType::kFloat16}, &QrKernel<Float16>},
          {"Qr", {DType::kComplex64}, &QrKernel<std::complex<float>>},
          {"Qr", {DType::kComplex128}, &QrKernel<std::complex<double>>}};
}

}  // namespace eager::server
