// Cumsum and Cumprod on a GPU.
#include "server/kernels/cuda/reduce.cuh"
#include "server/kernels/cuda/reduce.h"
#include "server/kernels/cuda/scan_plan.h"

namespace eager::server::cuda {
namespace {

// What is run along a line, by a policy of reduce_fns.h's names. Running sums of floats are double.
template <class C>
struct RunningSum {
  using Acc = std::conditional_t<kIsReal<C>, double, Wrapping<C>>;
  static __device__ __forceinline__ Acc Identity() { return 0; }
  static __device__ __forceinline__ Acc Merge(Acc a, Acc b) { return a + b; }
};
template <class C>
struct RunningProduct {
  using Acc = Wrapping<C>;
  static __device__ __forceinline__ Acc Identity() { return 1; }
  static __device__ __forceinline__ Acc Merge(Acc a, Acc b) { return a * b; }
};

// `before`: what comes before each segment, a line's side by side; null: nothing. If `totals` is not null, the
// segments' totals go there and nothing else is written.
template <class R, class T>
struct ScanArgs {
  const T* in;
  T* out;
  const typename R::Acc* before;
  typename R::Acc* totals;
};

template <class R, class T>
__global__ void ScanLinesKernel(ScanPlan p, ScanArgs<R, T> a) {
  using Acc = typename R::Acc;
  const int64_t units = p.units(), step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t u = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; u < units; u += step) {
    const int64_t segment = p.segments == 1 ? 0 : u / p.lines, line = u - segment * p.lines;
    const int64_t begin = segment * p.segment, end = min(p.n, begin + p.segment);
    const int64_t slot = line * p.segments + segment;
    Acc acc = a.before != nullptr ? a.before[slot] : R::Identity();
    const int64_t first = p.At(line, 0), stride = p.reverse ? -p.inner : p.inner;
    constexpr int kBatch = 8;  // loaded before anything is written, which might be what is loaded next
    for (int64_t i = begin; i < end; i += kBatch) {
      Acc x[kBatch];
#pragma unroll
      for (int j = 0; j < kBatch; ++j) {
        x[j] = i + j < end ? static_cast<Acc>(Load(a.in[first + (i + j) * stride])) : R::Identity();
      }
#pragma unroll
      for (int j = 0; j < kBatch; ++j) {
        const Acc next = R::Merge(acc, x[j]);
        if (a.totals == nullptr && i + j < end) {
          Store<T>(static_cast<Compute<T>>(p.exclusive ? acc : next), a.out[first + (i + j) * stride]);
        }
        acc = next;
      }
    }
    if (a.totals != nullptr) a.totals[slot] = acc;
  }
}

template <class A>
__device__ __forceinline__ A ShuffleUp(const A& a, int by) {
  return __shfl_up_sync(~0u, a, by);
}

template <class R, class T>
__global__ void __launch_bounds__(256) ScanBlocksKernel(ScanPlan p, ScanArgs<R, T> a) {
  using Acc = typename R::Acc;
  __shared__ Acc warp_totals[8];
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, warps = blockDim.x / 32;
  const int64_t units = p.units();
  for (int64_t unit = blockIdx.x; unit < units; unit += gridDim.x) {
    const int64_t line = p.segments == 1 ? unit : unit / p.segments, segment = unit - line * p.segments;
    const int64_t begin = segment * p.segment, end = min(p.n, begin + p.segment);
    const int64_t first = p.At(line, 0), stride = p.reverse ? -p.inner : p.inner;
    Acc carry = a.before != nullptr ? a.before[unit] : R::Identity();
    for (int64_t tile = begin; tile < end; tile += p.tile()) {
      const int64_t mine = tile + static_cast<int64_t>(threadIdx.x) * kScanItems;
      Acc x[kScanItems], own = R::Identity();
#pragma unroll
      for (int i = 0; i < kScanItems; ++i) {
        x[i] = mine + i < end ? static_cast<Acc>(Load(a.in[first + (mine + i) * stride])) : R::Identity();
      }
#pragma unroll
      for (int i = 0; i < kScanItems; ++i) own = R::Merge(own, x[i]);
        // What this warp's threads have, up to this one's.
#pragma unroll
      for (int by = 1; by < 32; by *= 2) {
        const Acc other = ShuffleUp(own, by);
        if (lane >= by) own = R::Merge(other, own);
      }
      Acc acc = ShuffleUp(own, 1);
      if (lane == 0) acc = R::Identity();
      if (lane == 31) warp_totals[warp] = own;
      __syncthreads();
      Acc all = carry;
      for (int w = 0; w < warps; ++w) {
        if (w == warp) acc = R::Merge(all, acc);
        all = R::Merge(all, warp_totals[w]);
      }
      carry = all;
      __syncthreads();  // before the next tile's totals
      if (a.totals != nullptr) continue;
#pragma unroll
      for (int i = 0; i < kScanItems; ++i) {
        if (mine + i >= end) break;
        const Acc next = R::Merge(acc, x[i]);
        Store<T>(static_cast<Compute<T>>(p.exclusive ? acc : next), a.out[first + (mine + i) * stride]);
        acc = next;
      }
    }
    if (a.totals != nullptr && threadIdx.x == 0) a.totals[unit] = carry;
  }
}

template <class R, class T>
void LaunchScan(cudaStream_t stream, const ScanPlan& p, const ScanArgs<R, T>& a) {
  if (p.by_blocks) {
    ScanBlocksKernel<<<Blocks(p.units(), 1), static_cast<unsigned>(p.threads), 0, stream>>>(p, a);
  } else {
    ScanLinesKernel<<<Blocks(p.units(), p.threads), static_cast<unsigned>(p.threads), 0, stream>>>(p, a);
  }
}

// R<Compute<T>> for the elements, R<Acc> for the totals, whose Acc is the same.
template <template <class> class R, class T>
absl::Status Scan(const KernelContext& k) {
  using Run = R<Compute<T>>;
  using Acc = typename Run::Acc;
  const Tensor& in = k.input(0);
  if (in.num_elements() == 0) return absl::OkStatus();
  const ScanPlan p = MakeScanPlan(in.shape(), k.host(1).int_at(0), k.attr<bool>("exclusive"), k.attr<bool>("reverse"));
  ScanArgs<Run, T> args{in.data<T>(), k.output(0).mutable_data<T>(), nullptr, nullptr};
  const cudaStream_t stream = Stream(k);
  if (p.segments == 1) {
    LaunchScan(stream, p, args);
    return Launched(k);
  }
  ASSIGN_OR_RETURN(const BufferRef scratch, Scratch(k, p.units() * static_cast<int64_t>(sizeof(Acc))));
  Acc* const totals = static_cast<Acc*>(scratch->data());
  args.totals = totals;
  LaunchScan(stream, p, args);
  LaunchScan(stream, PlanOfTotals(p), ScanArgs<R<Acc>, Acc>{totals, totals, nullptr, nullptr});
  args.totals = nullptr;
  args.before = totals;
  LaunchScan(stream, p, args);
  return Launched(k);
}

template <template <class> class R>
absl::Status ScanKernel(KernelContext& k) {
  return WithNumber(k.input(0).dtype(), [&]<class T>() { return Scan<R, T>(k); });
}

}  // namespace

void AddScanRows(std::vector<KernelRow>& rows) {
  rows.push_back({"Cumsum", kNumbers, &ScanKernel<RunningSum>});
  rows.push_back({"Cumprod", kNumbers, &ScanKernel<RunningProduct>});
}

}  // namespace eager::server::cuda
