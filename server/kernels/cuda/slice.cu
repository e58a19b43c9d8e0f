// Kernels of common/ops/slice_ops.cc on a GPU. The twin of cpu/slice_kernels.cc.
#include "common/ops/strided_slice.h"
#include "common/status_macros.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cpu/strided_copy.h"
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/move.h"

namespace eager::server::cuda {
namespace {

// Whether the piece lies in one stretch of a dense tensor: whole beyond the first axis of which more than one is taken.
bool Contiguous(const Shape& whole, const Shape& piece) {
  int axis = 0;
  while (axis < piece.rank() && piece[axis] == 1) ++axis;
  for (++axis; axis < piece.rank(); ++axis) {
    if (piece[axis] != whole[axis]) return false;
  }
  return true;
}

// Copies `extents` elements, `steps` apart along each axis, from `begin` on in input 0 to the output.
absl::Status TakePiece(KernelContext& k, const HostInts& begin, const HostInts& steps, const Shape& extents) {
  const Tensor& in = k.input(0);
  if (extents.num_elements() == 0) return absl::OkStatus();
  const Strides dense = DenseStrides(in.shape().dims());
  MoveAxes axes;
  int64_t first = 0;
  bool steps_of_one = true;
  for (size_t axis = 0; axis < dense.size(); ++axis) {
    const int64_t extent = extents[static_cast<int>(axis)];
    const int64_t step = extent == 1 ? 1 : steps[axis];  // a single element needs no step
    first += begin[axis] * dense[axis];
    axes.push_back(MoveAxis::Plain(extent, step * dense[axis]));
    steps_of_one = steps_of_one && step == 1;
  }
  if (steps_of_one && Contiguous(in.shape(), extents) && ShareInput(k, 0, 0, first)) return absl::OkStatus();
  return GatherInput(k, 0, axes, first);
}

absl::Status SliceKernel(KernelContext& k) {
  const Shape& out = k.output(0).shape();
  return TakePiece(k, k.ints(1), HostInts(static_cast<size_t>(out.rank()), 1), out);
}

absl::Status StridedSliceKernel(KernelContext& k) {
  ASSIGN_OR_RETURN(const StridedSlice slice,
                   MakeStridedSlice(k.input(0).shape(), k.host(1), k.host(2), k.host(3), k.attrs()));
  return TakePiece(k, slice.begin, slice.strides, slice.extents);
}

// Each element of the result finds its element of dy, if it has one: zeros and dy are written in one go.
absl::Status StridedSliceGradKernel(KernelContext& k) {
  const Shape& out = k.output(0).shape();
  ASSIGN_OR_RETURN(const StridedSlice slice, MakeStridedSlice(out, k.host(1), k.host(2), k.host(3), k.attrs()));
  const Strides dense = DenseStrides(slice.extents.dims());
  MoveAxes axes;
  int64_t origin = 0;
  for (size_t axis = 0; axis < dense.size(); ++axis) {
    const int64_t taken = slice.extents[static_cast<int>(axis)], extent = out[static_cast<int>(axis)];
    const int64_t every = taken > 1 ? slice.strides[axis] : 1;
    if (every > 0) {
      axes.push_back(MoveAxis::Every(extent, dense[axis], slice.begin[axis], taken, every));
    } else {  // the last one taken is the first along the axis
      const int64_t last = (taken - 1) * dense[axis];
      axes.push_back(MoveAxis::Every(extent, -dense[axis], slice.begin[axis] + (taken - 1) * every, taken, -every));
      origin += last;
    }
  }
  return GatherInput(k, 4, axes, origin);
}

}  // namespace

std::vector<KernelRow> SliceKernels() {
  return {{"Slice", kFixedSizeTypes, &SliceKernel},
          {"StridedSlice", kFixedSizeTypes, &StridedSliceKernel},
          {"StridedSliceGrad", kFixedSizeTypes, &StridedSliceGradKernel}};
}

}  // namespace eager::server::cuda
