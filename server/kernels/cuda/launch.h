// How work is cut into blocks of threads, and where kernels of a GPU find their queue.
#pragma once

#include <algorithm>
#include <cstdint>

#include "server/device/cuda/cuda_queue.h"
#include "server/kernels/kernel.h"

namespace eager::server::cuda {

inline constexpr int kBlockThreads = 256;

// The queue that a kernel works on. Its device is the current one of this thread.
inline CudaQueue& Queue(const KernelContext& k) { return static_cast<CudaQueue&>(k.device()); }
inline cudaStream_t Stream(const KernelContext& k) { return Queue(k).stream(); }

// OK if the launches of this call went well; every kernel ends with it.
inline absl::Status Launched(const KernelContext& k) { return Queue(k).CheckLaunch(k.op().name); }

// Blocks of `threads` for n items of which each thread takes `each` at a time; every thread goes on in steps of the whole
// grid, so fewer blocks than that are right too. At least 1, at most what fills any GPU many times over.
inline unsigned Blocks(int64_t n, int threads = kBlockThreads, int each = 1) {
  constexpr int64_t kMost = 1 << 20;
  const int64_t per_block = static_cast<int64_t>(threads) * each;
  return static_cast<unsigned>(std::clamp<int64_t>((n + per_block - 1) / per_block, 1, kMost));
}

// Whether indices into n elements fit into 32 bits, also where a thread steps once beyond the end.
inline bool FitsIn32Bits(int64_t n) { return n < (int64_t{1} << 30); }

// Memory for the length of a call: given back in the queue's order when the last reference goes, so at once is right.
inline absl::StatusOr<BufferRef> Scratch(const KernelContext& k, int64_t bytes) {
  return k.device().Allocate(static_cast<size_t>(bytes));
}

}  // namespace eager::server::cuda
