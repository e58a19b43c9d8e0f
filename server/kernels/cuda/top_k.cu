// Kernels of common/ops/top_k_ops.cc on a GPU: a block a row where a block's memory is enough.
#include "absl/strings/str_cat.h"
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/launch.h"
#include "server/kernels/cuda/top_k.cuh"
#include "server/kernels/cuda/top_k.h"
#include "server/kernels/cuda/top_k_order.h"
#include "server/kernels/cuda/units.cuh"

namespace eager::server::cuda {
namespace {

constexpr int kSelectThreads = 512;
constexpr int kDigits = 256;

// Ranks and their places in a row, in the block's memory.
template <class U>
struct BlockSort {
  U ranks[kMaxBlockSort];
  int places[kMaxBlockSort];

  // All threads of the block; `size` as BitonicStep has it. What was put in before is seen, and the result by all.
  __device__ void Sort(int size) {
    for (int run = 2; run <= size; run *= 2) {
      for (int apart = run / 2; apart > 0; apart /= 2) {
        __syncthreads();
        for (int i = threadIdx.x; i < size; i += blockDim.x) BitonicStep(ranks, places, run, apart, i);
      }
    }
    __syncthreads();
  }
  // Behind everything else.
  __device__ void PutLast(int i) {
    ranks[i] = static_cast<U>(~U(0));
    places[i] = INT32_MAX;
  }
};

// Rows of at most kMaxBlockSort columns.
template <class U>
__global__ void SortRowsKernel(const U* in, RankOf rank, int64_t rows, int columns, int size, int k, TopKOutput<U> out) {
  __shared__ BlockSort<U> sort;
  for (int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    const U* const values = in + row * columns;
    for (int i = threadIdx.x; i < size; i += blockDim.x) {
      if (i < columns) {
        sort.ranks[i] = rank(values[i]);
        sort.places[i] = i;
      } else {
        sort.PutLast(i);
      }
    }
    sort.Sort(size);
    for (int i = threadIdx.x; i < k; i += blockDim.x) out.Write(row * k + i, values[sort.places[i]], sort.places[i]);
    __syncthreads();  // the next row overwrites
  }
}

// The k-th smallest rank of a row, and how many of those equal to it belong to the first k.
template <class U>
struct Threshold {
  U rank;
  int equal;
};

// Digit by digit from the top: the digit in whose range the k-th rank lies, among ranks that begin as it does.
template <class U>
__device__ Threshold<U> FindThreshold(const U* values, const RankOf& rank, int columns, int k) {
  __shared__ int counts[kDigits];
  __shared__ int digit, before;
  U found = 0, mask = 0;
  int left = k;
  for (int shift = 8 * int{sizeof(U)} - 8; shift >= 0; shift -= 8) {
    for (int d = threadIdx.x; d < kDigits; d += blockDim.x) counts[d] = 0;
    __syncthreads();
    for (int64_t i = threadIdx.x; i < columns; i += blockDim.x) {
      const U r = rank(values[i]);
      if ((r & mask) == found) atomicAdd(&counts[(r >> shift) & (kDigits - 1)], 1);
    }
    __syncthreads();
    if (threadIdx.x < 32) {  // one warp: each lane has a part of the digits
      constexpr int kEach = kDigits / 32;
      const int first = static_cast<int>(threadIdx.x) * kEach;
      int mine = 0;
      for (int d = first; d < first + kEach; ++d) mine += counts[d];
      int until = mine;
      for (int step = 1; step < 32; step *= 2) {
        const int other = __shfl_up_sync(0xffffffffu, until, step);
        if (static_cast<int>(threadIdx.x) >= step) until += other;
      }
      int sum = until - mine;
      if (sum < left && left <= until) {  // just one lane
        int d = first;
        while (sum + counts[d] < left) sum += counts[d++];
        digit = d;
        before = sum;
      }
    }
    __syncthreads();
    found = static_cast<U>(found | static_cast<U>(static_cast<U>(digit) << shift));
    mask = static_cast<U>(mask | static_cast<U>(static_cast<U>(kDigits - 1) << shift));
    left -= before;
    __syncthreads();  // before the next digit overwrites
  }
  return {found, left};
}

// Rows of any length: the k best, fewer than the columns and at most kMaxBlockSort, are found and then sorted.
template <class U>
__global__ void __launch_bounds__(kSelectThreads)
    SelectRowsKernel(const U* in, RankOf rank, int64_t rows, int columns, int size, int k, TopKOutput<U> out) {
  __shared__ BlockSort<U> sort;
  __shared__ int smaller, warp_equal[kSelectThreads / 32];
  const int warp = static_cast<int>(threadIdx.x) / 32, lane = static_cast<int>(threadIdx.x) % 32;
  for (int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    const U* const values = in + row * columns;
    if (threadIdx.x == 0) smaller = 0;
    const Threshold<U> threshold = FindThreshold(values, rank, columns, k);  // synchronises
    int equal_before = 0;
    for (int64_t start = 0; start < columns; start += kSelectThreads) {
      const int64_t i = start + threadIdx.x;
      const U r = i < columns ? rank(values[i]) : U(0);
      const bool is_equal = i < columns && r == threshold.rank;
      if (i < columns && r < threshold.rank) {
        const int slot = atomicAdd(&smaller, 1);
        sort.ranks[slot] = r;
        sort.places[slot] = static_cast<int>(i);
      }
      // The first of the equal ones: each thread counts those before it.
      const unsigned votes = __ballot_sync(0xffffffffu, is_equal);
      if (lane == 0) warp_equal[warp] = __popc(votes);
      __syncthreads();
      int before = equal_before + __popc(votes & ((1u << lane) - 1));
      for (int w = 0; w < kSelectThreads / 32; ++w) {
        if (w < warp) before += warp_equal[w];
        equal_before += warp_equal[w];
      }
      if (is_equal && before < threshold.equal) {
        const int slot = k - threshold.equal + before;
        sort.ranks[slot] = r;
        sort.places[slot] = static_cast<int>(i);
      }
      __syncthreads();
    }
    for (int i = k + static_cast<int>(threadIdx.x); i < size; i += kSelectThreads) sort.PutLast(i);
    sort.Sort(size);
    for (int i = threadIdx.x; i < k; i += kSelectThreads) out.Write(row * k + i, values[sort.places[i]], sort.places[i]);
    __syncthreads();
  }
}

template <class U>
absl::Status TopKOf(KernelContext& c, const TopK& top) {
  const U* const in = c.input(0).data<U>();
  const RankOf rank(c.input(0).dtype());
  const TopKOutput<U> out{c.output(0).mutable_data<U>(), c.output(1).raw(), c.output(1).dtype()};
  const int columns = static_cast<int>(top.columns), k = static_cast<int>(top.k);
  if (columns <= kMaxBlockSort) {
    const int size = PowerOfTwoAtLeast(columns), threads = std::clamp(size / 2, 32, 512);
    SortRowsKernel<<<Blocks(top.rows, 1), threads, 0, Stream(c)>>>(in, rank, top.rows, columns, size, k, out);
    return Launched(c);
  }
  SelectRowsKernel<<<Blocks(top.rows, 1), kSelectThreads, 0, Stream(c)>>>(in, rank, top.rows, columns,
                                                                          PowerOfTwoAtLeast(k), k, out);
  return Launched(c);
}

absl::Status TopKKernel(KernelContext& c) {
  const Shape& shape = c.input(0).shape();
  if (c.output(0).num_elements() == 0) return absl::OkStatus();
  const int64_t columns = shape[shape.rank() - 1];
  const TopK top{c.input(0).num_elements() / columns, columns, c.ints(1)[0]};
  if (c.output(1).dtype() == DType::kInt16 && columns > INT16_MAX + 1) {
    return absl::InvalidArgumentError(absl::StrCat("int16 cannot count ", columns, " columns"));
  }
  if (columns > INT32_MAX - kSelectThreads) {
    return absl::UnimplementedError(absl::StrCat("rows of ", columns, " columns on a GPU"));
  }
  if (columns > kMaxBlockSort && top.k > kMaxBlockSort) return TopKBySorting(c, top);
  switch (SizeOf(c.input(0).dtype())) {
    case 1:
      return TopKOf<uint8_t>(c, top);
    case 2:
      return TopKOf<uint16_t>(c, top);
    case 4:
      return TopKOf<uint32_t>(c, top);
    default:
      return TopKOf<uint64_t>(c, top);
  }
}

// A warp a row: whether fewer than k classes are predicted higher than the target, all predictions finite. Ties count in
// the target's favour.
template <class T>
__global__ void InTopKKernel(const float* predictions, const T* targets, bool* out, int64_t rows, int64_t classes,
                             int64_t k) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
  const int64_t warps = static_cast<int64_t>(gridDim.x) * (blockDim.x / 32);
  for (int64_t r = (static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x) / 32; r < rows; r += warps) {
    const float* const row = predictions + r * classes;
    const int64_t target = targets[r];
    const bool known = target >= 0 && target < classes;
    const float mine = known ? row[target] : 0;
    bool finite = known;
    unsigned long long larger = 0;
    for (int64_t i = lane; known && i < classes; i += 32) {
      finite = finite && isfinite(row[i]);
      larger += row[i] > mine ? 1 : 0;
    }
    for (int step = 16; step > 0; step /= 2) larger += __shfl_down_sync(0xffffffffu, larger, step);
    const bool all_finite = __all_sync(0xffffffffu, finite);
    if (lane == 0) out[r] = all_finite && static_cast<int64_t>(larger) < k;
  }
}

template <class T>
absl::Status InTopK(KernelContext& c) {
  const int64_t rows = c.input(0).shape()[0], classes = c.input(0).shape()[1];
  if (rows == 0) return absl::OkStatus();
  InTopKKernel<<<Blocks(rows, kBlockThreads / 32), kBlockThreads, 0, Stream(c)>>>(
      c.input(0).data<float>(), c.input(1).data<T>(), c.output(0).mutable_data<bool>(), rows, classes, c.ints(2)[0]);
  return Launched(c);
}

}  // namespace

std::vector<KernelRow> TopKKernels() {
  constexpr DTypeSet kNumbers = {DType::kFloat32, DType::kFloat64, DType::kFloat16, DType::kBFloat16,
                                 DType::kInt8,    DType::kInt16,   DType::kInt32,   DType::kInt64,
                                 DType::kUint8,   DType::kUint16,  DType::kUint32,  DType::kUint64};
  return {{"TopKV2", kNumbers, &TopKKernel},
          {"InTopKV2", {DType::kInt32}, &InTopK<int32_t>},
          {"InTopKV2", {DType::kInt64}, &InTopK<int64_t>}};
}

}  // namespace eager::server::cuda
