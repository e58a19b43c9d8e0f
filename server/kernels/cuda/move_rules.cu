// Moves whose axes have rules: padding, mirroring, rolling, spreading and blocks.
#include "server/kernels/cuda/move.cuh"

namespace eager::server::cuda {
namespace {

template <class E, class Index>
__global__ void ScatterKernel(MoveView<Index, true> view, const E* from, E* to, Index n) {
  const Index step = static_cast<Index>(gridDim.x) * blockDim.x;
  for (Index i = static_cast<Index>(blockIdx.x) * blockDim.x + threadIdx.x; i < n; i += step) {
    Index offset[1];
    bool inside[1];
    view.template Find<1>(i, offset, inside);
    if (inside[0]) to[offset[0]] = from[i];
  }
}

}  // namespace

void LaunchGather(KernelContext& k, const MovePlan& plan, int64_t size, const void* from, void* to, const void* filling,
                  int64_t filling_size) {
  LaunchGatherKernel<true>(k, plan, size, from, to, filling, filling_size);
}

void LaunchScatter(KernelContext& k, const MovePlan& plan, int64_t size, const void* from, void* to) {
  const auto launch = [&]<class E, class Index>(E, Index) {
    ScatterKernel<E, Index><<<Blocks(plan.num_elements), kBlockThreads, 0, Stream(k)>>>(
        MoveView<Index, true>(plan), static_cast<const E*>(from), static_cast<E*>(to),
        static_cast<Index>(plan.num_elements));
  };
  WithElement(size, [&](auto e) { WithIndex(plan.Small(), [&](auto index) { launch(e, index); }); });
}

}  // namespace eager::server::cuda
