// Kernels of common/ops/space_ops.cc on a GPU. The twin of cpu/space_kernels.cc.
#include <algorithm>

#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cpu/strided_copy.h"
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/launch.h"
#include "server/kernels/cuda/move.h"

namespace eager::server::cuda {
namespace {

// The wide image, seen as [batch, height, y in block, width, x in block, channels], against the deep one, whose axes
// are in the order batch, height, width, y, x, channels.
template <bool kToDepth>
absl::Status DepthKernel(KernelContext& k) {
  if (k.output(0).num_elements() == 0) return absl::OkStatus();
  const int64_t block = k.attr<int64_t>("block_size");
  const Shape &wide = (kToDepth ? k.input(0) : k.output(0)).shape(),
              &deep = (kToDepth ? k.output(0) : k.input(0)).shape();
  const int64_t batch = wide[0], height = deep[1], width = deep[2], depth = wide[3];
  if (kToDepth) {
    const int64_t row = wide[2] * depth;
    return GatherInput(k, 0,
                       {MoveAxis::Plain(batch, wide[1] * row), MoveAxis::Plain(height, block * row),
                        MoveAxis::Plain(width, block * depth), MoveAxis::Plain(block, row),
                        MoveAxis::Plain(block, depth), MoveAxis::Plain(depth, 1)});
  }
  const int64_t position = deep[3], row = deep[2] * position;
  return GatherInput(
      k, 0,
      {MoveAxis::Plain(batch, deep[1] * row), MoveAxis::Plain(height, row), MoveAxis::Plain(block, block * depth),
       MoveAxis::Plain(width, position), MoveAxis::Plain(block, depth), MoveAxis::Plain(depth, 1)});
}

// Walks the space side: position c of an axis, counted from where the margin begins, is position (c + margin) / block
// of the batch side's axis, in the images of the rest of that division.
template <bool kToBatch>
absl::Status BatchKernel(KernelContext& k) {
  const Tensor &in = k.input(0), &out = k.output(0);
  if (out.num_elements() == 0) return absl::OkStatus();
  const HostInts blocks = k.ints(1), margins = k.ints(2);
  const Shape &space = kToBatch ? in.shape() : out.shape(), &batch = kToBatch ? out.shape() : in.shape();
  const int64_t size = static_cast<int64_t>(SizeOf(in.dtype()));
  if (kToBatch && std::any_of(margins.begin(), margins.end(), [](int64_t m) { return m != 0; })) {
    cudaMemsetAsync(out.raw(), 0, out.num_bytes(), Stream(k));
  }
  if (in.num_elements() == 0) return Launched(k);
  const Strides dense = DenseStrides(batch.dims());
  MoveAxes axes;
  for (int a = 0; a < space.rank(); ++a) axes.push_back(MoveAxis::Plain(space[a], dense[static_cast<size_t>(a)]));
  int64_t images = space[0];  // between neighbours in a block; the last axis of the block changes fastest
  for (size_t i = blocks.size(); i-- > 0;) {
    MoveAxis& a = axes[i + 1];
    a = MoveAxis::Blocks(a.extent, a.step, images * dense[0], margins[2 * i], blocks[i]);
    images *= blocks[i];
  }
  if (kToBatch) return Scatter(k, size, axes, /*origin=*/0, in.raw(), out.raw(), out.num_elements());
  return Gather(k, size, axes, /*origin=*/0, in.raw(), in.num_elements(), out.raw());
}

}  // namespace

std::vector<KernelRow> SpaceKernels() {
  return {{"SpaceToBatchND", kFixedSizeTypes, &BatchKernel<true>},
          {"BatchToSpaceND", kFixedSizeTypes, &BatchKernel<false>},
          {"SpaceToDepth", kFixedSizeTypes, &DepthKernel<true>},
          {"DepthToSpace", kFixedSizeTypes, &DepthKernel<false>}};
}

}  // namespace eager::server::cuda
