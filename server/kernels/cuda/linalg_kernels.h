// The steps of linear algebra on a GPU that no library does. Each asks the kernel's queue for its work.
#pragma once

#include "server/kernels/cuda/launch.h"
#include "server/kernels/cuda/strided_view.h"

namespace eager::server::cuda {

// `count` matrices of n rows as LAPACK decomposes them, P A = L U, read by columns and one after the other; of n = 0
// there is nothing but their number. T is float or double here and below.
template <class T>
struct Decomposition {
  int64_t n = 0, count = 0;
  T* lu = nullptr;
  int32_t* pivots = nullptr;  // n each: the row that row p was exchanged with, counted from 1
  int32_t* info = nullptr;    // one each: 0, or the number of the first pivot that is zero, counted from 1
};

// to[i] = the address `base` + the offset of matrix i in `plan`, of one view, in elements of `size` bytes.
void FillPointers(const KernelContext& k, const void* base, const ViewPlan& plan, int64_t size, void** to);

template <class T>
void FillUnitMatrices(const KernelContext& k, T* to, int64_t n, int64_t count);

// *first = the least number of a matrix that has no inverse, or their count.
template <class T>
void FindSingular(const KernelContext& k, const Decomposition<T>& d, int64_t* first);

template <class T>
void Determinants(const KernelContext& k, const Decomposition<T>& d, T* out);
template <class T>
void LogDeterminants(const KernelContext& k, const Decomposition<T>& d, T* signs, T* logs);

// Zeros above the diagonal of rows, nan in what could not be decomposed.
template <class T>
void FinishCholesky(const KernelContext& k, T* matrices, const int32_t* info, int64_t n, int64_t count);

void Widen(const KernelContext& k, const Float16* from, float* to, int64_t n);
void Narrow(const KernelContext& k, const float* from, Float16* to, int64_t n);

}  // namespace eager::server::cuda
