// Eigenvalues of symmetric matrices and singular values, by the algorithms that TensorFlow uses, so that signs agree.
#include <Eigen/Eigenvalues>
#include <Eigen/SVD>
#include <algorithm>
#include <complex>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/linalg_matrix.h"

namespace eager::server {
namespace {

int64_t BatchSize(const Shape& shape) {
  int64_t n = 1;
  for (int axis = 0; axis + 2 < shape.rank(); ++axis) n *= shape[axis];
  return n;
}

template <class T>
absl::Status EigenKernel(KernelContext& k) {
  const Shape& shape = k.input(0).shape();
  const int64_t n = shape[shape.rank() - 1], count = shape.num_elements() == 0 ? 0 : BatchSize(shape);
  const bool vectors = k.attr<bool>("compute_v");
  const T* in = k.input(0).data<T>();
  T *e = k.output(0).mutable_data<T>(), *v = vectors ? k.output(1).mutable_data<T>() : nullptr;
  std::vector<char> failed(static_cast<size_t>(count));
  ForMatrices(count, n * n * n * 9, [&](int64_t i) {
    const Eigen::SelfAdjointEigenSolver<RowMatrix<T>> solver(
        ConstRowMatrixMap<T>(in + i * n * n, n, n), vectors ? Eigen::ComputeEigenvectors : Eigen::EigenvaluesOnly);
    failed[static_cast<size_t>(i)] = solver.info() != Eigen::Success;
    if (failed[static_cast<size_t>(i)]) return;
    Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, 1>>(e + i * n, n) = solver.eigenvalues().template cast<T>();
    if (vectors) RowMatrixMap<T>(v + i * n * n, n, n) = solver.eigenvectors();
  });
  if (std::find(failed.begin(), failed.end(), 1) == failed.end()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "Self-adjoint eigen decomposition was not successful. The input might not be valid.");
}

template <class T>
absl::Status SvdKernel(KernelContext& k) {
  const Shape& shape = k.input(0).shape();
  const int64_t m = shape[shape.rank() - 2], n = shape[shape.rank() - 1], least = std::min(m, n);
  const bool vectors = k.attr<bool>("compute_uv"), full = k.attr<bool>("full_matrices");
  const int64_t us = full ? m : least, vs = full ? n : least, count = BatchSize(shape);
  const T* in = k.input(0).data<T>();
  T *s = k.output(0).mutable_data<T>(), *u = vectors ? k.output(1).mutable_data<T>() : nullptr,
    *v = vectors ? k.output(2).mutable_data<T>() : nullptr;
  if (least == 0) {  // any orthogonal vectors will do
    for (int64_t i = 0; i < count && vectors; ++i) {
      RowMatrixMap<T>(u + i * m * us, m, us).setIdentity();
      RowMatrixMap<T>(v + i * n * vs, n, vs).setIdentity();
    }
    return absl::OkStatus();
  }
  const unsigned options = !vectors ? 0u
                           : full   ? Eigen::ComputeFullU | Eigen::ComputeFullV
                                    : Eigen::ComputeThinU | Eigen::ComputeThinV;
  ForMatrices(count, m * n * least * 9, [&](int64_t i) {
    const Eigen::BDCSVD<RowMatrix<T>> svd(ConstRowMatrixMap<T>(in + i * m * n, m, n), options);
    Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, 1>>(s + i * least, least) = svd.singularValues().template cast<T>();
    if (!vectors) return;
    RowMatrixMap<T>(u + i * m * us, m, us) = svd.matrixU();
    RowMatrixMap<T>(v + i * n * vs, n, vs) = svd.matrixV();
  });
  return absl::OkStatus();
}

}  // namespace

std::vector<KernelRow> CpuSpectrumKernels() {
  return {{"SelfAdjointEigV2", {DType::kFloat32}, &EigenKernel<float>},
          {"SelfAdjointEigV2", {DType::kFloat64}, &EigenKernel<double>},
          {"Svd", {DType::kFloat32}, &SvdKernel<float>},
          {"SelfAdjointEigV2", {DType::kComplex64}, &EigenKernel<std::complex<float>>},
          {"SelfAdjointEigV2", {DType::kComplex128}, &EigenKernel<std::complex<double>>},
          {"Svd", {DType::kFloat64}, &SvdKernel<double>},
          {"Svd", {DType::kComplex64}, &SvdKernel<std::complex<float>>},
          {"Svd", {DType::kComplex128}, &SvdKernel<std::complex<double>>}};
}

}  // namespace eager::server
