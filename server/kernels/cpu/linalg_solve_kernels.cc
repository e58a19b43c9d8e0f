// Kernels of common/ops/linalg_ops.cc: each matrix of a batch is decomposed by one thread.
#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/linalg_matrix.h"
#include "server/kernels/cpu/matmul_dims.h"
#include "server/kernels/cpu/number.h"
#include "server/kernels/linalg_fns.h"

namespace eager::server {
namespace {

template <class T>
struct CholeskyKernel {
  static absl::Status Run(KernelContext& k) {
    const SquareBatch batch(k.input(0).shape());
    const T* in = k.input(0).data<T>();
    T* out = k.output(0).mutable_data<T>();
    ForMatrices(batch.count, batch.n * batch.n * batch.n, [&](int64_t i) {
      const int64_t n = batch.n;
      RowMatrixMap<T> l(out + i * n * n, n, n);
      l.template triangularView<Eigen::Lower>() = ConstRowMatrixMap<T>(in + i * n * n, n, n);
      const Eigen::LLT<Eigen::Ref<RowMatrix<T>>> llt(l);  // writes over l
      if (llt.info() != Eigen::Success) l.setConstant(std::numeric_limits<T>::quiet_NaN());
      l.template triangularView<Eigen::StrictlyUpper>().setZero();
    });
    return absl::OkStatus();
  }
};

// What matrices are decomposed in.
template <class T>
using Factor = std::conditional_t<kIsHalf<T>, float, T>;

// P A = L U. Read by columns, what lies by rows is its transpose: `transposed` costs no more.
template <class T>
Eigen::PartialPivLU<ColumnMatrix<Factor<T>>> Decompose(const T* in, int64_t n, bool transposed) {
  ColumnMatrix<Factor<T>> matrix(n, n);
  for (int64_t row = 0; row < n; ++row) {
    for (int64_t column = 0; column < n; ++column) {
      const auto value = Widen<Factor<T>>(in[row * n + column]);
      transposed ? matrix(column, row) = value : matrix(row, column) = value;
    }
  }
  return Eigen::PartialPivLU<ColumnMatrix<Factor<T>>>(std::move(matrix));
}

template <class LU>
bool Invertible(const LU& lu) {
  for (Eigen::Index i = 0; i < lu.rows(); ++i) {
    if (EndsInverse(lu.matrixLU()(i, i), i)) return false;
  }
  return true;
}

// The first matrix of a batch that has no inverse, whichever thread finds it.
class FirstSingular {
 public:
  void Note(int64_t i) {
    int64_t first = first_.load();
    while (i < first && !first_.compare_exchange_weak(first, i)) {
    }
  }
  absl::Status status(absl::string_view what, int64_t count) const {
    const int64_t first = first_.load();
    return first == kNone ? absl::OkStatus() : SingularMatrix(what, first, count);
  }

 private:
  static constexpr int64_t kNone = std::numeric_limits<int64_t>::max();
  std::atomic<int64_t> first_{kNone};
};

template <class T>
struct InverseKernel {
  static absl::Status Run(KernelContext& k) {
    const SquareBatch batch(k.input(0).shape());
    const bool adjoint = k.attr<bool>("adjoint");
    const T* in = k.input(0).data<T>();
    T* out = k.output(0).mutable_data<T>();
    FirstSingular singular;
    ForMatrices(batch.count, batch.n * batch.n * batch.n, [&](int64_t i) {
      const int64_t n = batch.n;
      const auto lu = Decompose(in + i * n * n, n, adjoint);
      if (!Invertible(lu)) return singular.Note(i);
      const ColumnMatrix<Factor<T>> inverse = lu.inverse();
      T* to = out + i * n * n;
      for (int64_t row = 0; row < n; ++row) {
        for (int64_t column = 0; column < n; ++column) to[row * n + column] = Narrow<T>(inverse(row, column));
      }
    });
    return singular.status("Input", batch.count);
  }
};

template <class T>
struct DeterminantKernel {
  static absl::Status Run(KernelContext& k) {
    const SquareBatch batch(k.input(0).shape());
    const T* in = k.input(0).data<T>();
    T* out = k.output(0).mutable_data<T>();
    std::fill(out, out + k.output(0).num_elements(), T(1));  // of no rows
    ForMatrices(batch.count, batch.n * batch.n * batch.n, [&](int64_t i) {
      const auto lu = Decompose(in + i * batch.n * batch.n, batch.n, false);
      ScaledProduct<T> product{static_cast<T>(lu.permutationP().determinant())};
      for (int64_t p = 0; p < batch.n; ++p) product.Times(lu.matrixLU()(p, p));
      out[i] = product.value();
    });
    return absl::OkStatus();
  }
};

template <class T>
struct LogDeterminantKernel {
  static absl::Status Run(KernelContext& k) {
    const SquareBatch batch(k.input(0).shape());
    const T* in = k.input(0).data<T>();
    T* signs = k.output(0).mutable_data<T>();
    T* logs = k.output(1).mutable_data<T>();
    std::fill(signs, signs + k.output(0).num_elements(), T(1));
    std::fill(logs, logs + k.output(1).num_elements(), T(0));
    ForMatrices(batch.count, batch.n * batch.n * batch.n, [&](int64_t i) {
      const auto lu = Decompose(in + i * batch.n * batch.n, batch.n, false);
      LogProduct<T> product{static_cast<T>(lu.permutationP().determinant())};
      for (int64_t p = 0; p < batch.n; ++p) product.Times(lu.matrixLU()(p, p));
      signs[i] = product.sign;
      logs[i] = product.log;
    });
    return absl::OkStatus();
  }
};

template <class T>
struct SolveKernel {
  static absl::Status Run(KernelContext& k) {
    if (k.output(0).num_elements() == 0) return absl::OkStatus();  // singular matrices as well
    const SquareBatch batch(k.input(0).shape());
    const bool adjoint = k.attr<bool>("adjoint");
    const int64_t n = batch.n, columns = k.input(1).shape()[k.input(1).shape().rank() - 1];
    const T* matrices = k.input(0).data<T>();
    const T* rhs = k.input(1).data<T>();
    T* out = k.output(0).mutable_data<T>();
    FirstSingular singular;
    ForMatrices(batch.count, n * n * (n + columns), [&](int64_t i) {
      const auto lu = Decompose(matrices + i * n * n, n, adjoint);
      if (!Invertible(lu)) return singular.Note(i);
      const ColumnMatrix<T> b = ConstRowMatrixMap<T>(rhs + i * n * columns, n, columns);
      const ColumnMatrix<T> x = lu.solve(b);
      RowMatrixMap<T>(out + i * n * columns, n, columns) = x;
    });
    return singular.status("Input matrix", batch.count);
  }
};

// Divides by zeros on the diagonal as by any number: the result is not finite.
template <class T>
struct TriangularSolveKernel {
  static absl::Status Run(KernelContext& k) {
    if (k.output(0).num_elements() == 0) return absl::OkStatus();
    const bool lower = k.attr<bool>("lower"), adjoint = k.attr<bool>("adjoint");
    const MatMulDims dims =
        MatMulDims::Make(k.input(0).shape(), k.input(1).shape(), k.output(0).shape(), adjoint, false);
    const int64_t n = dims.m, columns = dims.n;
    const T* matrices = k.input(0).data<T>();
    const T* rhs = k.input(1).data<T>();
    T* out = k.output(0).mutable_data<T>();
    ForMatrices(dims.batches(), n * n * columns, [&](int64_t i) {
      const T* matrix = matrices + dims.Matrix(dims.batch_a, i) * n * n;
      const T* from = rhs + dims.Matrix(dims.batch_b, i) * n * columns;
      RowMatrixMap<T> x(out + i * n * columns, n, columns);
      x = ConstRowMatrixMap<T>(from, n, columns);
      // The transpose is the same values by columns, and its lower triangle the other one.
      if (adjoint) {
        const ConstColumnMatrixMap<T> a(matrix, n, n);
        lower ? a.template triangularView<Eigen::Upper>().solveInPlace(x)
              : a.template triangularView<Eigen::Lower>().solveInPlace(x);
      } else {
        const ConstRowMatrixMap<T> a(matrix, n, n);
        lower ? a.template triangularView<Eigen::Lower>().solveInPlace(x)
              : a.template triangularView<Eigen::Upper>().solveInPlace(x);
      }
    });
    return absl::OkStatus();
  }
};

}  // namespace

std::vector<KernelRow> CpuLinalgSolveKernels() {
  std::vector<KernelRow> rows;
  AddRows<CholeskyKernel, float, double>(rows, "Cholesky");
  AddRows<InverseKernel, float, double, Float16>(rows, "MatrixInverse");
  AddRows<DeterminantKernel, float, double>(rows, "MatrixDeterminant");
  AddRows<LogDeterminantKernel, float, double>(rows, "LogMatrixDeterminant");
  AddRows<SolveKernel, float, double>(rows, "MatrixSolve");
  AddRows<TriangularSolveKernel, float, double>(rows, "MatrixTriangularSolve");
  return rows;
}

}  // namespace eager::server
