// Decompositions of batches of matrices by cuBLAS and cuSOLVER, which read matrices by columns: what lies by rows is
// its transpose.
#pragma once

#include <algorithm>

#include "absl/container/inlined_vector.h"
#include "common/status_macros.h"
#include "server/kernels/cpu/matmul_dims.h"
#include "server/kernels/cuda/linalg_kernels.h"
#include "server/kernels/cuda/linalg_plan.h"
#include "server/kernels/cuda/linalg_routines.h"
#include "server/kernels/cuda/move.h"

namespace eager::server::cuda {

// The calls of one op, on its queue. Errors are those of the libraries and of memory. T is float or double.
template <class T>
class Solver {
 public:
  explicit Solver(KernelContext& k) : k_(k) {}

  absl::Status Start() {
    ASSIGN_OR_RETURN(CudaLibraries * libraries, Libraries(k_));
    ASSIGN_OR_RETURN(cublas_, libraries->cublas());
    ASSIGN_OR_RETURN(cusolver_, libraries->cusolver());
    return absl::OkStatus();
  }

  template <class E>
  absl::StatusOr<E*> Take(int64_t n) {
    ASSIGN_OR_RETURN(BufferRef buffer, Scratch(k_, n * static_cast<int64_t>(sizeof(E))));
    held_.push_back(buffer);
    return static_cast<E*>(buffer->data());
  }

  // The addresses of matrices of `size` elements, one after the other or as `plan` says, on the device.
  absl::StatusOr<T**> Pointers(const T* base, int64_t size, int64_t count) {
    const int64_t extents[] = {count}, steps[] = {size};
    const absl::Span<const int64_t> step_spans[] = {steps};
    ASSIGN_OR_RETURN(const ViewPlan plan, ViewPlan::Make(extents, step_spans));
    return Pointers(base, plan);
  }
  absl::StatusOr<T**> Pointers(const T* base, const ViewPlan& plan) {
    ASSIGN_OR_RETURN(void** pointers, Take<void*>(plan.num_elements));
    FillPointers(k_, base, plan, sizeof(T), pointers);
    return reinterpret_cast<T**>(pointers);
  }

  // to = the transposes of matrices of that many rows and columns.
  absl::Status Transpose(const T* from, T* to, int64_t rows, int64_t columns, int64_t count) {
    const MoveAxis axes[] = {MoveAxis::Plain(count, rows * columns), MoveAxis::Plain(columns, 1),
                             MoveAxis::Plain(rows, columns)};
    return Gather(k_, sizeof(T), axes, 0, from, count * rows * columns, to);
  }
  absl::Status Copy(const T* from, T* to, int64_t n) {
    return Queue(k_).device().Note(
        cudaMemcpyAsync(to, from, static_cast<size_t>(n) * sizeof(T), cudaMemcpyDeviceToDevice, Stream(k_)),
        k_.op().name);
  }

  // Of matrices by rows, or of their transposes, in memory of their own. The rows are those that the CPU
  // exchanges.
  absl::StatusOr<Decomposition<T>> Decompose(const T* matrices, int64_t n, int64_t count, bool transposed) {
    Decomposition<T> d{n, count};
    if (n == 0) return d;
    ASSIGN_OR_RETURN(d.lu, Take<T>(n * n * count));
    ASSIGN_OR_RETURN(d.pivots, Take<int32_t>(n * count));
    ASSIGN_OR_RETURN(d.info, Take<int32_t>(count));
    if (transposed) {
      RETURN_IF_ERROR(Copy(matrices, d.lu, n * n * count));
    } else {
      RETURN_IF_ERROR(Transpose(matrices, d.lu, n, n, count));
    }
    const int size = static_cast<int>(n);
    if (InOneCall(n, count)) {
      ASSIGN_OR_RETURN(T * * const pointers, Pointers(d.lu, n * n, count));
      RETURN_IF_ERROR(InBatches(count, [&](int64_t i, int batch) {
        return Check(k_, R::getrf_batched(cublas_, size, pointers + i, size, d.pivots + i * n, d.info + i, batch),
                     "getrfBatched");
      }));
      return d;
    }
    int workspace_size = 0;
    RETURN_IF_ERROR(Check(k_, R::getrf_buffer(cusolver_, size, size, d.lu, size, &workspace_size), "getrf_bufferSize"));
    ASSIGN_OR_RETURN(T* const workspace, Take<T>(workspace_size));
    for (int64_t i = 0; i < count; ++i) {
      RETURN_IF_ERROR(
          Check(k_, R::getrf(cusolver_, size, size, d.lu + i * n * n, size, workspace, d.pivots + i * n, d.info + i),
                "getrf"));
    }
    return d;
  }

  // Writes over `rhs`, n x columns each and by columns, with the X of A X = rhs.
  absl::Status Solve(const Decomposition<T>& d, T* rhs, int64_t columns) {
    const int64_t n = d.n;
    const int size = static_cast<int>(n), width = static_cast<int>(columns);
    if (InOneCall(n, d.count)) {
      ASSIGN_OR_RETURN(T * * const lu, Pointers(d.lu, n * n, d.count));
      ASSIGN_OR_RETURN(T * * const x, Pointers(rhs, n * columns, d.count));
      return InBatches(d.count, [&](int64_t i, int batch) {
        int info = 0;  // of the arguments
        return Check(k_,
                     R::getrs_batched(cublas_, CUBLAS_OP_N, size, width, lu + i, size, d.pivots + i * n, x + i, size,
                                      &info, batch),
                     "getrsBatched");
      });
    }
    ASSIGN_OR_RETURN(int32_t* const info, Take<int32_t>(1));
    for (int64_t i = 0; i < d.count; ++i) {
      RETURN_IF_ERROR(Check(k_,
                            R::getrs(cusolver_, CUBLAS_OP_N, size, width, d.lu + i * n * n, size, d.pivots + i * n,
                                     rhs + i * n * columns, size, info),
                            "getrs"));
    }
    return absl::OkStatus();
  }

  // Writes the inverses, by columns.
  absl::Status Invert(const Decomposition<T>& d, T* out) {
    const int64_t n = d.n;
    if (!InOneCall(n, d.count)) {
      FillUnitMatrices(k_, out, n, d.count);
      return Solve(d, out, n);
    }
    const int size = static_cast<int>(n);
    ASSIGN_OR_RETURN(T * * const lu, Pointers(d.lu, n * n, d.count));
    ASSIGN_OR_RETURN(T * * const inverses, Pointers(out, n * n, d.count));
    ASSIGN_OR_RETURN(int32_t* const info, Take<int32_t>(d.count));
    return InBatches(d.count, [&](int64_t i, int batch) {
      return Check(k_,
                   R::getri_batched(cublas_, size, lu + i, size, d.pivots + i * n, inverses + i, size, info + i, batch),
                   "getriBatched");
    });
  }

  // Waits for the queue: INVALID_ARGUMENT if one of the matrices has no inverse, `what` being the op's name for them.
  absl::Status CheckInvertible(const Decomposition<T>& d, absl::string_view what) {
    ASSIGN_OR_RETURN(const BufferRef found, Scratch(k_, sizeof(int64_t)));
    FindSingular(k_, d, static_cast<int64_t*>(found->data()));
    RETURN_IF_ERROR(Launched(k_));
    int64_t first = 0;
    RETURN_IF_ERROR(k_.device().CopyToHost(*found, 0, sizeof(first), &first));
    return first == d.count ? absl::OkStatus() : SingularMatrix(what, first, d.count);
  }

  // Writes over matrices, of which the lower triangles of rows are read, with L of A = L L'.
  absl::Status Cholesky(T* matrices, int64_t n, int64_t count) {
    constexpr auto kLowerOfRows = CUBLAS_FILL_MODE_UPPER;
    const int size = static_cast<int>(n);
    ASSIGN_OR_RETURN(int32_t* const info, Take<int32_t>(count));
    if (InOneCall(n, count)) {
      ASSIGN_OR_RETURN(T * * const pointers, Pointers(matrices, n * n, count));
      RETURN_IF_ERROR(InBatches(count, [&](int64_t i, int batch) {
        return Check(k_, R::potrf_batched(cusolver_, kLowerOfRows, size, pointers + i, size, info + i, batch),
                     "potrfBatched");
      }));
    } else {
      int workspace_size = 0;
      RETURN_IF_ERROR(Check(k_, R::potrf_buffer(cusolver_, kLowerOfRows, size, matrices, size, &workspace_size),
                            "potrf_bufferSize"));
      ASSIGN_OR_RETURN(T* const workspace, Take<T>(workspace_size));
      for (int64_t i = 0; i < count; ++i) {
        RETURN_IF_ERROR(Check(
            k_,
            R::potrf(cusolver_, kLowerOfRows, size, matrices + i * n * n, size, workspace, workspace_size, info + i),
            "potrf"));
      }
    }
    FinishCholesky(k_, matrices, info, n, count);
    return absl::OkStatus();
  }

  // Writes over x, by rows, with the X of op(A) X = x, one triangle of A being read. By columns that is X' op(A)' = x'.
  absl::Status SolveTriangular(const MatMulDims& dims, const T* matrices, T* x, bool lower, bool adjoint) {
    const int64_t n = dims.m, columns = dims.n, count = dims.batches();
    const int size = static_cast<int>(n), width = static_cast<int>(columns);
    const cublasFillMode_t triangle = lower ? CUBLAS_FILL_MODE_UPPER : CUBLAS_FILL_MODE_LOWER;
    const cublasOperation_t operation = adjoint ? CUBLAS_OP_T : CUBLAS_OP_N;
    const T one = 1;
    if (count == 1 || !InOneCall(n, count)) {
      for (int64_t i = 0; i < count; ++i) {
        RETURN_IF_ERROR(
            Check(k_,
                  R::trsm(cublas_, CUBLAS_SIDE_RIGHT, triangle, operation, CUBLAS_DIAG_NON_UNIT, width, size, &one,
                          matrices + dims.Matrix(dims.batch_a, i) * n * n, size, x + i * n * columns, width),
                  "trsm"));
      }
      return absl::OkStatus();
    }
    const absl::Span<const int64_t> batches[] = {dims.batch_a};
    ASSIGN_OR_RETURN(ViewPlan plan, ViewPlan::Broadcast(dims.batch_c, batches));
    for (int axis = 0; axis < plan.rank; ++axis) plan.steps[0][axis] *= n * n;
    ASSIGN_OR_RETURN(T * * const a, Pointers(matrices, plan));
    ASSIGN_OR_RETURN(T * * const b, Pointers(x, n * columns, count));
    return InBatches(count, [&](int64_t i, int batch) {
      return Check(k_,
                   R::trsm_batched(cublas_, CUBLAS_SIDE_RIGHT, triangle, operation, CUBLAS_DIAG_NON_UNIT, width, size,
                                   &one, a + i, size, b + i, width, batch),
                   "trsmBatched");
    });
  }

 private:
  using R = Routines<T>;

  // call(first matrix, how many) for no more at a time than the libraries take.
  template <class Call>
  static absl::Status InBatches(int64_t count, Call call) {
    for (int64_t i = 0; i < count; i += kMostInOneCall) {
      RETURN_IF_ERROR(call(i, static_cast<int>(std::min(kMostInOneCall, count - i))));
    }
    return absl::OkStatus();
  }

  KernelContext& k_;
  cublasHandle_t cublas_ = nullptr;
  cusolverDnHandle_t cusolver_ = nullptr;
  absl::InlinedVector<BufferRef, 8> held_;
};

}  // namespace eager::server::cuda
