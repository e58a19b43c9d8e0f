#include <limits>

#include "server/kernels/cuda/linalg_kernels.h"
#include "server/kernels/cuda/linalg_plan.h"
#include "server/kernels/cuda/number.cuh"

namespace eager::server::cuda {
namespace {

constexpr int kWarp = 32;

// Calls f(i) for i = 0 … n-1, with 64-bit indices: the work beside it is the libraries'.
template <class F>
void ForEach(const KernelContext& k, int64_t n, F f) {
  if (n > 0) ForEachKernel<int64_t><<<Blocks(n), kBlockThreads, 0, Stream(k)>>>(n, f);
}

__device__ double Shuffled(double x, int by) { return __shfl_xor_sync(0xffffffffu, x, by); }
__device__ float Shuffled(float x, int by) { return __shfl_xor_sync(0xffffffffu, x, by); }
__device__ int64_t Shuffled(int64_t x, int by) {
  return static_cast<int64_t>(__shfl_xor_sync(0xffffffffu, static_cast<long long>(x), by));
}
template <class T>
__device__ ScaledProduct<T> Shuffled(const ScaledProduct<T>& x, int by) {
  return {Shuffled(x.fraction, by), Shuffled(x.exponent, by)};
}
template <class T>
__device__ LogProduct<T> Shuffled(const LogProduct<T>& x, int by) {
  return {Shuffled(x.sign, by), Shuffled(x.log, by)};
}

// One warp multiplies the pivots of one matrix; write(matrix, product) is called by its first thread.
template <class Product, class T, class Write>
__global__ void PivotsKernel(const T* lu, const int32_t* pivots, const int32_t* info, int64_t n, int64_t count,
                             Write write) {
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  const int64_t step = static_cast<int64_t>(gridDim.x) * (blockDim.x / kWarp);
  const int64_t first = static_cast<int64_t>(blockIdx.x) * (blockDim.x / kWarp) + threadIdx.x / kWarp;
  for (int64_t i = first; i < count; i += step) {
    const int64_t pivots_here = n == 0 ? 0 : PivotsToMultiply(n, info[i]);
    Product product = MultiplyPivots<Product>(lu + i * n * n, pivots + i * n, n, pivots_here, lane, kWarp);
    for (int by = kWarp / 2; by > 0; by /= 2) product.Times(Shuffled(product, by));
    if (lane == 0) write(i, product);
  }
}

template <class Product, class T, class Write>
void LaunchPivots(const KernelContext& k, const Decomposition<T>& d, Write write) {
  if (d.count == 0) return;
  const unsigned blocks = Blocks(d.count, kBlockThreads / kWarp);
  PivotsKernel<Product><<<blocks, kBlockThreads, 0, Stream(k)>>>(d.lu, d.pivots, d.info, d.n, d.count, write);
}

template <class T>
struct WriteDeterminant {
  T* out;
  __device__ void operator()(int64_t i, const ScaledProduct<T>& product) const { out[i] = product.value(); }
};
template <class T>
struct WriteLogDeterminant {
  T *signs, *logs;
  __device__ void operator()(int64_t i, const LogProduct<T>& product) const {
    signs[i] = product.sign;
    logs[i] = product.log;
  }
};

struct Store64 {
  int64_t* to;
  int64_t value;
  __device__ void operator()(int64_t) const { *to = value; }
};
// Of pivot i among those of all matrices.
template <class T>
struct NoteSingular {
  const T* lu;
  int64_t n;
  int64_t* first;
  __device__ void operator()(int64_t i) const {
    const int64_t matrix = i / n, p = i - matrix * n;
    if (!EndsInverse(lu[i * n + p], p)) return;
    atomicMin(reinterpret_cast<unsigned long long*>(first), static_cast<unsigned long long>(matrix));
  }
};

struct WidenFn {
  const Float16* from;
  float* to;
  __device__ void operator()(int64_t i) const { to[i] = Load(from[i]); }
};
struct NarrowFn {
  const float* from;
  Float16* to;
  __device__ void operator()(int64_t i) const { Store(from[i], to[i]); }
};

}  // namespace

void FillPointers(const KernelContext& k, const void* base, const ViewPlan& plan, int64_t size, void** to) {
  auto* bytes = const_cast<char*>(static_cast<const char*>(base));
  ForEach(k, plan.num_elements, MatrixPointers{bytes, Views<1, int64_t>(plan), size, to});
}

template <class T>
void FillUnitMatrices(const KernelContext& k, T* to, int64_t n, int64_t count) {
  ForEach(k, n * n * count, UnitMatrices<T>{to, n});
}

template <class T>
void FindSingular(const KernelContext& k, const Decomposition<T>& d, int64_t* first) {
  ForEach(k, 1, Store64{first, d.count});
  ForEach(k, d.n * d.count, NoteSingular<T>{d.lu, d.n, first});
}

template <class T>
void Determinants(const KernelContext& k, const Decomposition<T>& d, T* out) {
  LaunchPivots<ScaledProduct<T>>(k, d, WriteDeterminant<T>{out});
}
template <class T>
void LogDeterminants(const KernelContext& k, const Decomposition<T>& d, T* signs, T* logs) {
  LaunchPivots<LogProduct<T>>(k, d, WriteLogDeterminant<T>{signs, logs});
}

template <class T>
void FinishCholesky(const KernelContext& k, T* matrices, const int32_t* info, int64_t n, int64_t count) {
  ForEach(k, n * n * count, CholeskyFactors<T>{matrices, info, n, std::numeric_limits<T>::quiet_NaN()});
}

void Widen(const KernelContext& k, const Float16* from, float* to, int64_t n) { ForEach(k, n, WidenFn{from, to}); }
void Narrow(const KernelContext& k, const float* from, Float16* to, int64_t n) { ForEach(k, n, NarrowFn{from, to}); }

template void FillUnitMatrices(const KernelContext&, float*, int64_t, int64_t);
template void FillUnitMatrices(const KernelContext&, double*, int64_t, int64_t);
template void FindSingular(const KernelContext&, const Decomposition<float>&, int64_t*);
template void FindSingular(const KernelContext&, const Decomposition<double>&, int64_t*);
template void Determinants(const KernelContext&, const Decomposition<float>&, float*);
template void Determinants(const KernelContext&, const Decomposition<double>&, double*);
template void LogDeterminants(const KernelContext&, const Decomposition<float>&, float*, float*);
template void LogDeterminants(const KernelContext&, const Decomposition<double>&, double*, double*);
template void FinishCholesky(const KernelContext&, float*, const int32_t*, int64_t, int64_t);
template void FinishCholesky(const KernelContext&, double*, const int32_t*, int64_t, int64_t);

}  // namespace eager::server::cuda
