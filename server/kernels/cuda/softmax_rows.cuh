// Kernels over the rows of a softmax: the largest element, the sum of powers, and then what an op makes of each
// element.
//
// Rows of up to kRegisters elements a thread stay in registers, longer ones in shared memory, and those that do not fit
// there are read twice. An op has W (float or double), Load(row, column), a Row made by Begin(row, totals), Each(row,
// column, x, power), whose results are added up, and End(row, their sum), which one thread calls.
#pragma once

#include "server/kernels/cuda/launch.h"
#include "server/kernels/cuda/number.cuh"
#include "server/kernels/cuda/reduce.cuh"
#include "server/kernels/cuda/softmax_fns.h"

namespace eager::server::cuda {

inline constexpr int kRowThreads = 256;
inline constexpr int kRowWarps = kRowThreads / 32;

template <class W, class F>
__device__ __forceinline__ W FoldLanes(W x, int lanes, F f) {
  for (int mask = lanes / 2; mask > 0; mask /= 2) x = f(x, ShuffleXor(x, mask));
  return x;
}

// `lanes` threads a row, a power of two up to 32, each with up to `each` elements of it.
template <int each, class Op>
__global__ void __launch_bounds__(kRowThreads) RegisterRowsKernel(Op op, int64_t rows, int n, int lanes) {
  using W = typename Op::W;
  const int lane = static_cast<int>(threadIdx.x) & (lanes - 1), group = static_cast<int>(threadIdx.x) / lanes;
  const int groups = kRowThreads / lanes;
  const auto add = [](W a, W b) { return a + b; };
  // The whole block goes round as often as its first group, so that all threads of a warp shuffle.
  for (int64_t first = static_cast<int64_t>(blockIdx.x) * groups; first < rows;
       first += static_cast<int64_t>(gridDim.x) * groups) {
    const int64_t row = first + group;
    W x[each], most = -std::numeric_limits<W>::infinity(), sum = 0;
#pragma unroll
    for (int i = 0; i < each; ++i) {
      const int column = lane + i * lanes;
      x[i] = row < rows && column < n ? op.Load(row, column) : -std::numeric_limits<W>::infinity();
    }
#pragma unroll
    for (int i = 0; i < each; ++i) most = Larger(most, x[i]);
    most = FoldLanes(most, lanes, [](W a, W b) { return Larger(a, b); });
    W power[each];
#pragma unroll
    for (int i = 0; i < each; ++i) {
      power[i] = lane + i * lanes < n ? std::exp(x[i] - most) : W(0);
      sum += power[i];
    }
    sum = FoldLanes(sum, lanes, add);
    const RowTotals<W> totals(most, sum);
    W own = 0;
    if (row < rows) {
      const auto state = op.Begin(row);
#pragma unroll
      for (int i = 0; i < each; ++i) {
        const int column = lane + i * lanes;
        if (column < n) own += op.Each(state, totals, row, column, x[i], power[i]);
      }
    }
    if constexpr (Op::kSums) own = FoldLanes(own, lanes, add);
    if (row < rows && lane == 0) op.End(op.Begin(row), totals, row, own);
  }
}

// The block's f-fold of a value of each thread, for all of them.
template <class A, class F>
__device__ A FoldBlock(A x, F f, A* warps) {
  x = FoldLanes(x, 32, f);
  if (threadIdx.x % 32 == 0) warps[threadIdx.x / 32] = x;
  __syncthreads();
  A all = warps[0];
  for (int w = 1; w < kRowWarps; ++w) all = f(all, warps[w]);
  __syncthreads();  // before the next fold
  return all;
}

// A block a row, which is kept in shared memory if `keep`.
template <class Op>
__global__ void __launch_bounds__(kRowThreads) BlockRowsKernel(Op op, int64_t rows, int64_t n, bool keep) {
  using W = typename Op::W;
  using Totals = MostAndSum<W>;
  extern __shared__ double kept_bytes[];
  W* const kept = reinterpret_cast<W*>(kept_bytes);
  __shared__ Totals warp_totals[kRowWarps];
  __shared__ double warp_sums[kRowWarps];
  for (int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    Totals mine = Totals::Nothing();
    constexpr int kBatch = 4;
    for (int64_t begin = threadIdx.x; begin < n; begin += kBatch * kRowThreads) {
      W x[kBatch];
#pragma unroll
      for (int i = 0; i < kBatch; ++i) {
        const int64_t column = begin + i * kRowThreads;
        if (column < n) x[i] = op.Load(row, column);
      }
#pragma unroll
      for (int i = 0; i < kBatch; ++i) {
        const int64_t column = begin + i * kRowThreads;
        if (column >= n) continue;
        mine.Add(x[i]);
        if (keep) kept[column] = x[i];  // read again by this thread alone
      }
    }
    const Totals all = FoldBlock(
        mine, [](const Totals& a, const Totals& b) { return Totals::Merge(a, b); }, warp_totals);
    const RowTotals<W> totals(all.most, all.Total());
    const auto state = op.Begin(row);
    double own = 0;
    for (int64_t begin = threadIdx.x; begin < n; begin += kBatch * kRowThreads) {
      W x[kBatch];
#pragma unroll
      for (int i = 0; i < kBatch; ++i) {
        const int64_t column = begin + i * kRowThreads;
        if (column < n) x[i] = keep ? kept[column] : op.Load(row, column);
      }
#pragma unroll
      for (int i = 0; i < kBatch; ++i) {
        const int64_t column = begin + i * kRowThreads;
        if (column < n) own += op.Each(state, totals, row, column, x[i], std::exp(x[i] - totals.most));
      }
    }
    if constexpr (Op::kSums)
      own = FoldBlock(
          own, [](double a, double b) { return a + b; }, warp_sums);
    if (threadIdx.x == 0) op.End(state, totals, row, static_cast<W>(own));
  }
}

// `rows` rows of n > 0 elements.
template <class Op>
absl::Status LaunchRows(const KernelContext& k, const Op& op, int64_t rows, int64_t n) {
  constexpr int kFew = 4, kMany = 16;
  constexpr int64_t kShared = 32 << 10;
  if (rows == 0) return absl::OkStatus();
  const cudaStream_t stream = Stream(k);
  const auto in_registers = [&]<int each>(std::integral_constant<int, each>) {
    const int lanes = PowerOf2AtLeast(std::min<int64_t>(32, CeilDiv(n, each)));
    RegisterRowsKernel<each>
        <<<Blocks(rows, kRowThreads / lanes), kRowThreads, 0, stream>>>(op, rows, static_cast<int>(n), lanes);
  };
  if (n <= 32 * kFew) {
    in_registers(std::integral_constant<int, kFew>());
  } else if (n <= 32 * kMany) {
    in_registers(std::integral_constant<int, kMany>());
  } else {
    const int64_t bytes = n * static_cast<int64_t>(sizeof(typename Op::W));
    const bool keep = bytes <= kShared;
    BlockRowsKernel<<<Blocks(rows, 1), kRowThreads, keep ? static_cast<size_t>(bytes) : 0, stream>>>(op, rows, n, keep);
  }
  return Launched(k);
}

}  // namespace eager::server::cuda
