// Linear algebra on a GPU: decompositions by cuBLAS and cuSOLVER.
#include <type_traits>

#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/linalg_cross.h"
#include "server/kernels/cuda/linalg_solver.h"

namespace eager::server::cuda {
namespace {

struct Squares {
  explicit Squares(const Shape& shape) : n(shape[shape.rank() - 1]), count(1) {
    for (int axis = 0; axis + 2 < shape.rank(); ++axis) count *= shape[axis];
  }
  int64_t n, count;
};

template <class T>
absl::Status CholeskyKernel(KernelContext& k) {
  const Tensor& out = k.output(0);
  if (out.num_elements() == 0) return absl::OkStatus();
  const Squares squares(out.shape());
  Solver<T> solver(k);
  RETURN_IF_ERROR(solver.Start());
  RETURN_IF_ERROR(solver.Copy(k.input(0).data<T>(), out.mutable_data<T>(), out.num_elements()));
  RETURN_IF_ERROR(solver.Cholesky(out.mutable_data<T>(), squares.n, squares.count));
  return Launched(k);
}

// T is float for 16-bit elements.
template <class E>
absl::Status InverseKernel(KernelContext& k) {
  using T = std::conditional_t<std::is_same_v<E, Float16>, float, E>;
  const Tensor& out = k.output(0);
  const int64_t size = out.num_elements();
  if (size == 0) return absl::OkStatus();
  const Squares squares(out.shape());
  Solver<T> solver(k);
  RETURN_IF_ERROR(solver.Start());
  const T* in = nullptr;
  T* inverse = nullptr;
  if constexpr (std::is_same_v<E, Float16>) {
    ASSIGN_OR_RETURN(T* const wide, solver.template Take<T>(size));
    ASSIGN_OR_RETURN(inverse, solver.template Take<T>(size));
    Widen(k, k.input(0).data<E>(), wide, size);
    in = wide;
  } else {
    in = k.input(0).data<E>();
    inverse = out.mutable_data<E>();
  }
  ASSIGN_OR_RETURN(const Decomposition<T> d, solver.Decompose(in, squares.n, squares.count, k.attr<bool>("adjoint")));
  ASSIGN_OR_RETURN(T* const by_columns, solver.template Take<T>(size));
  RETURN_IF_ERROR(solver.Invert(d, by_columns));
  RETURN_IF_ERROR(solver.Transpose(by_columns, inverse, squares.n, squares.n, squares.count));
  if constexpr (std::is_same_v<E, Float16>) Narrow(k, inverse, out.mutable_data<E>(), size);
  return solver.CheckInvertible(d, "Input");
}

template <class T>
absl::Status DeterminantKernel(KernelContext& k) {
  if (k.output(0).num_elements() == 0) return absl::OkStatus();
  const Squares squares(k.input(0).shape());
  Solver<T> solver(k);
  RETURN_IF_ERROR(solver.Start());
  ASSIGN_OR_RETURN(const Decomposition<T> d,
                   solver.Decompose(k.input(0).data<T>(), squares.n, squares.count, /*transposed=*/false));
  if (k.num_outputs() == 1) {
    Determinants(k, d, k.output(0).mutable_data<T>());
  } else {
    LogDeterminants(k, d, k.output(0).mutable_data<T>(), k.output(1).mutable_data<T>());
  }
  return Launched(k);
}

template <class T>
absl::Status SolveKernel(KernelContext& k) {
  const Tensor& out = k.output(0);
  const int64_t size = out.num_elements();
  if (size == 0) return absl::OkStatus();  // singular matrices as well
  const Squares squares(k.input(0).shape());
  const int64_t n = squares.n, columns = out.shape()[out.shape().rank() - 1];
  Solver<T> solver(k);
  RETURN_IF_ERROR(solver.Start());
  ASSIGN_OR_RETURN(const Decomposition<T> d,
                   solver.Decompose(k.input(0).data<T>(), n, squares.count, k.attr<bool>("adjoint")));
  ASSIGN_OR_RETURN(T* const x, solver.template Take<T>(size));
  RETURN_IF_ERROR(solver.Transpose(k.input(1).data<T>(), x, n, columns, squares.count));
  RETURN_IF_ERROR(solver.Solve(d, x, columns));
  RETURN_IF_ERROR(solver.Transpose(x, out.mutable_data<T>(), columns, n, squares.count));
  return solver.CheckInvertible(d, "Input matrix");
}

template <class T>
absl::Status TriangularSolveKernel(KernelContext& k) {
  const Tensor &rhs = k.input(1), &out = k.output(0);
  const int64_t size = out.num_elements();
  if (size == 0) return absl::OkStatus();
  const bool adjoint = k.attr<bool>("adjoint");
  const MatMulDims dims = MatMulDims::Make(k.input(0).shape(), rhs.shape(), out.shape(), adjoint, false);
  Solver<T> solver(k);
  RETURN_IF_ERROR(solver.Start());
  absl::InlinedVector<MoveAxis, 8> axes;  // of rhs, broadcast to the result
  int64_t step = dims.m * dims.n;
  axes.push_back(MoveAxis::Plain(step, 1));
  for (size_t axis = dims.batch_c.size(); axis-- > 0;) {
    axes.insert(axes.begin(), MoveAxis::Plain(dims.batch_c[axis], dims.batch_b[axis] == 1 ? 0 : step));
    step *= dims.batch_b[axis];
  }
  RETURN_IF_ERROR(Gather(k, sizeof(T), axes, 0, rhs.raw(), rhs.num_elements(), out.raw()));
  RETURN_IF_ERROR(
      solver.SolveTriangular(dims, k.input(0).data<T>(), out.mutable_data<T>(), k.attr<bool>("lower"), adjoint));
  return Launched(k);
}

template <class T>
void AddDecompositions(std::vector<KernelRow>& rows) {
  constexpr DTypeSet kType = {DTypeOf<T>};
  rows.insert(rows.end(), {{"Cholesky", kType, &CholeskyKernel<T>},
                           {"MatrixInverse", kType, &InverseKernel<T>},
                           {"MatrixDeterminant", kType, &DeterminantKernel<T>},
                           {"LogMatrixDeterminant", kType, &DeterminantKernel<T>},
                           {"MatrixSolve", kType, &SolveKernel<T>},
                           {"MatrixTriangularSolve", kType, &TriangularSolveKernel<T>}});
}

}  // namespace

std::vector<KernelRow> LinalgKernels() {
  std::vector<KernelRow> rows;
  AddDecompositions<float>(rows);
  AddDecompositions<double>(rows);
  rows.push_back({"MatrixInverse", {DType::kFloat16}, &InverseKernel<Float16>});
  AddCross(rows);
  return rows;
}

}  // namespace eager::server::cuda
