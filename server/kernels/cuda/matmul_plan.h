// How batches of products of matrices are cut into calls of a library, whose batches have one stride an operand.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "common/dtype.h"
#include "common/status_macros.h"
#include "server/kernels/cpu/matmul_dims.h"
#include "server/kernels/cuda/strided_view.h"

namespace eager::server::cuda {

// c[i] = op(a[i]) op(b[i]) for `batch` products, the operands of one lying so many elements after those of the one
// before. All matrices are row-major without gaps.
struct ProductShape {
  int64_t m = 1, n = 1, k = 1;
  bool transpose_a = false, transpose_b = false;
  int64_t batch = 1;
  int64_t step_a = 0, step_b = 0, step_c = 0;

  friend bool operator==(const ProductShape&, const ProductShape&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const ProductShape& s) {
    return H::combine(std::move(h), s.m, s.n, s.k, s.transpose_a, s.transpose_b, s.batch, s.step_a, s.step_b, s.step_c);
  }
};

struct MatMulPlan {
  bool swapped = false;  // a and b changed places; all else is said of the operands in their new ones
  ProductShape shape;    // of every call
  ViewPlan calls;        // num_elements of them, which start at these steps of a, b and c

  // UNIMPLEMENTED for batches of more axes than a walk has. Matrices of one column may be taken as rows, the operands
  // having changed places, if `may_swap`.
  static absl::StatusOr<MatMulPlan> Make(const MatMulDims& dims, bool may_swap = true);
};

inline absl::StatusOr<MatMulPlan> MatMulPlan::Make(const MatMulDims& dims, bool may_swap) {
  MatMulPlan plan;
  ProductShape& shape = plan.shape;
  shape.m = dims.m;
  shape.n = dims.n;
  shape.k = dims.k;
  shape.transpose_a = dims.transpose_a && dims.m != 1;  // a row lies as a column does
  shape.transpose_b = dims.transpose_b;
  ViewPlan& calls = plan.calls;
  const absl::Span<const int64_t> batches[] = {dims.batch_a, dims.batch_b, dims.batch_c};
  ASSIGN_OR_RETURN(calls, ViewPlan::Broadcast(dims.batch_c, batches));
  const int64_t sizes[] = {dims.m * dims.k, dims.k * dims.n, dims.m * dims.n};
  for (int t = 0; t < 3; ++t) {
    for (int axis = 0; axis < calls.rank; ++axis) calls.steps[t][axis] *= sizes[t];
  }
  const auto take = [&](int taken) {
    const int64_t extent = calls.extents[taken];
    for (int axis = taken; axis + 1 < calls.rank; ++axis) {
      calls.extents[axis] = calls.extents[axis + 1];
      for (int t = 0; t < 3; ++t) calls.steps[t][axis] = calls.steps[t][axis + 1];
    }
    --calls.rank;
    calls.num_elements /= extent;
    return extent;
  };
  // Matrices that lie one after the other and meet the same b are one tall matrix.
  if (calls.rank > 0 && calls.steps[1][0] == 0 && calls.steps[0][0] == sizes[0] && !shape.transpose_a)
    shape.m *= take(0);
  if (calls.rank > 0) {
    const int longest = static_cast<int>(std::max_element(calls.extents, calls.extents + calls.rank) - calls.extents);
    shape.step_a = calls.steps[0][longest];
    shape.step_b = calls.steps[1][longest];
    shape.step_c = calls.steps[2][longest];
    shape.batch = take(longest);
  }
  // One column: as a row it is aligned as the library likes it.
  if (may_swap && shape.n == 1 && shape.m != 1) {
    plan.swapped = true;
    shape.transpose_b = !shape.transpose_a;
    shape.transpose_a = false;
    std::swap(shape.m, shape.n);
    std::swap(shape.step_a, shape.step_b);
    std::swap(calls.steps[0], calls.steps[1]);
  }
  return plan;
}

// A matrix as a library sees it that reads by columns.
struct ColumnMajor {
  int64_t rows = 0, columns = 0;
  bool transpose = false;
};
// c = op(a) op(b) is then c' = op(b)' op(a)': its first operand, its second, and its result.
inline ColumnMajor FirstOperand(const ProductShape& s) {
  return {s.transpose_b ? s.k : s.n, s.transpose_b ? s.n : s.k, s.transpose_b};
}
inline ColumnMajor SecondOperand(const ProductShape& s) {
  return {s.transpose_a ? s.m : s.k, s.transpose_a ? s.k : s.m, s.transpose_a};
}
inline ColumnMajor ProductResult(const ProductShape& s) { return {s.n, s.m, false}; }

// The power of two, 256 at most, that divides an address and all multiples of a step from it. Several steps are given
// as the union of their bits.
inline int AlignmentOf(const void* address, int64_t step_in_bytes) {
  const uint64_t bits = reinterpret_cast<uintptr_t>(address) | static_cast<uint64_t>(step_in_bytes) | 256;
  return static_cast<int>(bits & (~bits + 1));
}

}  // namespace eager::server::cuda
