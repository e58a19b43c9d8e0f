// AddN on a GPU: many inputs in one pass. 16-bit sums are rounded at every step, as on the CPU.
#include "server/kernels/cuda/complex_number.h"
#include "server/kernels/cuda/elementwise.cuh"
#include "server/kernels/cuda/elementwise_binary.h"

namespace eager::server::cuda {
namespace {

// Of one launch; more inputs take more launches, which go on from the output.
constexpr int kMostTerms = 32;

template <class T>
struct Terms {
  T* out;  // may be any of the inputs
  int count;
  const T* in[kMostTerms];
};

// The elements [v * n, (v + 1) * n) of the sum.
template <int n, class T>
__device__ __forceinline__ void AddPacks(const Terms<T>& terms, int64_t v) {
  Pack<T, n> sum = reinterpret_cast<const Pack<T, n>*>(terms.in[0])[v];
#pragma unroll 4
  for (int t = 1; t < terms.count; ++t) {
    const Pack<T, n> term = reinterpret_cast<const Pack<T, n>*>(terms.in[t])[v];
#pragma unroll
    for (int j = 0; j < n; ++j) Store<T>(AddFn()(Load(sum.at[j]), Load(term.at[j])), sum.at[j]);
  }
  reinterpret_cast<Pack<T, n>*>(terms.out)[v] = sum;
}

template <class T>
__global__ void AddNTerms(const __grid_constant__ Terms<T> terms, int64_t vectors, int64_t n) {
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  const int64_t first = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  for (int64_t v = first; v < vectors; v += step) AddPacks<kPack<T>>(terms, v);
  for (int64_t i = vectors * kPack<T> + first; i < n; i += step) AddPacks<1>(terms, i);
}

template <class T>
absl::Status AddNKernel(KernelContext& k) {
  T* const out = k.output(0).mutable_data<T>();
  const int64_t n = k.output(0).num_elements();
  if (n == 0) return absl::OkStatus();
  int next = 0;
  do {
    Terms<T> terms = {out, 0, {}};
    if (next > 0) terms.in[terms.count++] = out;
    bool aligned = IsAligned(out, 16);
    while (terms.count < kMostTerms && next < k.num_inputs()) {
      const T* in = k.input(next++).data<T>();
      aligned = aligned && IsAligned(in, 16);
      terms.in[terms.count++] = in;
    }
    const int each = aligned ? kPack<T> : 1;
    AddNTerms<<<Blocks(n, kBlockThreads, each), kBlockThreads, 0, Stream(k)>>>(terms, aligned ? n / kPack<T> : 0, n);
  } while (next < k.num_inputs());
  return Launched(k);
}

template <class... Ts>
void AddRows(std::vector<KernelRow>& rows, Types<Ts...>) {
  (rows.push_back({"AddN", SignMattersNot<Ts>(), &AddNKernel<Ts>, /*in_place=*/true}), ...);
}

}  // namespace

void AddAddN(std::vector<KernelRow>& rows) {
  AddRows(rows, FloatTypes());
  AddRows(rows, UnsignedTypes());
  rows.push_back({"AddN", {DType::kComplex64}, &AddNKernel<Complex64>, /*in_place=*/true});
  rows.push_back({"AddN", {DType::kComplex128}, &AddNKernel<Complex128>, /*in_place=*/true});
}

}  // namespace eager::server::cuda
