// How batches of matrices are given to cuBLAS and cuSOLVER, and what is done to each element besides.
#pragma once

#include <cstdint>

#include "server/kernels/cuda/strided_view.h"
#include "server/kernels/linalg_fns.h"

namespace eager::server::cuda {

// Whether the batched routines, one call for all matrices, are faster than a call for each: they keep a matrix within
// one block of threads.
inline bool InOneCall(int64_t n, int64_t count) { return n <= 128 || (count >= 8 && n <= 512); }

// As many matrices as one batched call is given.
inline constexpr int64_t kMostInOneCall = 65535;

// What row exchange p of LAPACK's pivots (counted from 1) and pivot p bring to a determinant.
template <class T>
EAGER_HOST_DEVICE T DeterminantFactor(T pivot, int32_t exchanged_with, int64_t p) {
  return exchanged_with == p + 1 ? pivot : -pivot;
}

// How many pivots make the determinant: up to the first zero, which LAPACK's `info` counts from 1.
EAGER_HOST_DEVICE inline int64_t PivotsToMultiply(int64_t n, int32_t info) { return info > 0 && info < n ? info : n; }

// Of `step`-th parts: pivots first, first + step, … of a matrix decomposed as P A = L U.
template <class Product, class T>
EAGER_HOST_DEVICE Product MultiplyPivots(const T* lu, const int32_t* pivots, int64_t n, int64_t count, int64_t first,
                                         int64_t step) {
  Product product;
  for (int64_t p = first; p < count; p += step) product.Times(DeterminantFactor(lu[p * n + p], pivots[p], p));
  return product;
}

// Functors of an element's index among all matrices.
template <class T>
struct UnitMatrices {
  T* to;
  int64_t n;
  EAGER_HOST_DEVICE void operator()(int64_t i) const { to[i] = T(i % (n * n) % (n + 1) == 0 ? 1 : 0); }
};

// Zeros above the diagonal of rows, nan in what could not be decomposed.
template <class T>
struct CholeskyFactors {
  T* matrices;
  const int32_t* info;
  int64_t n;
  T nan;
  EAGER_HOST_DEVICE void operator()(int64_t i) const {
    const int64_t matrix = i / (n * n), element = i - matrix * n * n, row = element / n;
    if (row < element - row * n) {
      matrices[i] = T(0);
    } else if (info[matrix] != 0) {
      matrices[i] = nan;
    }
  }
};

// to[i] = where matrix i of a view begins, in elements of `size` bytes.
struct MatrixPointers {
  char* base;
  Views<1, int64_t> view;
  int64_t size;
  void** to;
  EAGER_HOST_DEVICE void operator()(int64_t i) const { to[i] = base + view(i).at[0] * size; }
};

}  // namespace eager::server::cuda
