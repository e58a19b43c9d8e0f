// Sums over the elements of each channel: parts of them in blocks, then the parts of each channel in a warp.
#pragma once

#include "server/kernels/cuda/batch_norm_fns.h"
#include "server/kernels/cuda/image_index.h"
#include "server/kernels/cuda/launch.h"
#include "server/kernels/cuda/number.cuh"

namespace eager::server::cuda {

// A Source names Run and Total, and adds the elements at an offset to the runs of `n` neighbouring channels:
//   Add<n>(offset, channel, runs).
// totals[part * channels + channel] is the sum of a part; all of them are written.
template <class Source, int n>
__global__ void __launch_bounds__(ChannelPlan::kThreads)
    ChannelPartsKernel(Source source, ChannelPlan plan, typename Source::Total* totals) {
  using Total = typename Source::Total;
  __shared__ Total shared[n][ChannelPlan::kThreads];
  const int thread = static_cast<int>(threadIdx.x), column = thread % plan.columns, row = thread / plan.columns;
  const int64_t channel = (static_cast<int64_t>(blockIdx.x) * plan.columns + column) * n, part = blockIdx.y;
  const bool active = row < plan.rows && channel < plan.channels;
  Total sums[n] = {};
  if (active) {
    const int64_t end = plan.Begin(part + 1);
    int64_t i = plan.Begin(part) + row;
    while (i < end) {
      typename Source::Run runs[n] = {};
      for (int turn = 0; turn < kRun && i < end; ++turn, i += plan.rows) {
        source.template Add<n>(plan.Offset(i, channel), channel, runs);
      }
#pragma unroll
      for (int k = 0; k < n; ++k) sums[k].Merge(runs[k].Done());
    }
  }
#pragma unroll
  for (int k = 0; k < n; ++k) shared[k][thread] = sums[k];
  for (int left = plan.rows; left > 1;) {
    const int half = (left + 1) / 2;
    __syncthreads();
    if (row + half < left) {
#pragma unroll
      for (int k = 0; k < n; ++k) {
        Total sum = shared[k][thread];
        sum.Merge(shared[k][thread + half * plan.columns]);
        shared[k][thread] = sum;
      }
    }
    left = half;
  }
  if (row != 0 || !active) return;  // row 0 wrote what it reads
#pragma unroll
  for (int k = 0; k < n; ++k) totals[part * plan.channels + channel + k] = shared[k][thread];
}

template <class Total>
__device__ Total FromLane(const Total& mine, int distance) {
  static_assert(sizeof(Total) % sizeof(double) == 0);
  Total other;
  for (size_t i = 0; i < sizeof(Total) / sizeof(double); ++i) {
    reinterpret_cast<double*>(&other)[i] =
        __shfl_down_sync(0xffffffffu, reinterpret_cast<const double*>(&mine)[i], static_cast<unsigned>(distance));
  }
  return other;
}

// Calls finish(channel, total) for each channel. A warp has one channel; `zero`, if any, is set to 0.
template <class Total, class Finish>
__global__ void ChannelFinishKernel(const Total* totals, int64_t parts, int64_t channels, Finish finish, float* zero) {
  const int lane = static_cast<int>(threadIdx.x % 32);
  const int64_t step = static_cast<int64_t>(gridDim.x) * (blockDim.x / 32);
  for (int64_t c = static_cast<int64_t>(blockIdx.x) * (blockDim.x / 32) + threadIdx.x / 32; c < channels; c += step) {
    Total sum = {};
    for (int64_t part = lane; part < parts; part += 32) sum.Merge(totals[part * channels + c]);
    for (int distance = 16; distance > 0; distance /= 2) sum.Merge(FromLane(sum, distance));
    if (lane == 0) finish(c, sum);
  }
  if (zero != nullptr && blockIdx.x == 0 && threadIdx.x == 0) *zero = 0;
}

// Adds up and finishes; without parts the totals are 0. `many` channels at a time where Source can.
template <int n, class Source>
void AddUpChannels(const KernelContext& k, const ChannelPlan& plan, const Source& source,
                   typename Source::Total* totals) {
  const dim3 grid(static_cast<unsigned>(plan.blocks), static_cast<unsigned>(plan.parts));
  ChannelPartsKernel<Source, n><<<grid, ChannelPlan::kThreads, 0, Stream(k)>>>(source, plan, totals);
}
template <class Total, class Finish>
void FinishChannels(const KernelContext& k, const Total* totals, int64_t parts, int64_t channels, const Finish& finish,
                    float* zero) {
  ChannelFinishKernel<<<Blocks(channels, kBlockThreads / 32), kBlockThreads, 0, Stream(k)>>>(totals, parts, channels,
                                                                                             finish, zero);
}

}  // namespace eager::server::cuda
