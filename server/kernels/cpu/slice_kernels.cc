// Kernels that cut pieces out of tensors.

#include "common/ops/strided_slice.h"
#include "common/status_macros.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cpu/strided_copy.h"
#include "server/kernels/cpu/string_moves.h"

namespace eager::server {
namespace {

// Where in a tensor with these strides the index `at` lies.
int64_t Position(const Strides& strides, const HostInts& at) {
  int64_t position = 0;
  for (size_t axis = 0; axis < strides.size(); ++axis) position += at[axis] * strides[axis];
  return position;
}

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
void TakePiece(KernelContext& k, const HostInts& begin, const HostInts& steps, const Shape& extents) {
  const Tensor& in = k.input(0);
  if (extents.num_elements() == 0) return;
  const Strides dense = DenseStrides(in.shape().dims());
  const int64_t first = Position(dense, begin);
  Strides src = dense;
  bool steps_of_one = true;
  for (size_t axis = 0; axis < src.size(); ++axis) {
    src[axis] *= extents[static_cast<int>(axis)] == 1 ? 1 : steps[axis];  // a single element needs no step
    steps_of_one = steps_of_one && src[axis] == dense[axis];
  }
  if (steps_of_one && Contiguous(in.shape(), extents) && ShareInput(k, 0, 0, first)) return;
  const int64_t size = static_cast<int64_t>(SizeOf(in.dtype()));
  StridedCopy(static_cast<size_t>(size), extents.dims(), in.data<char>() + first * size, src, k.output(0).raw(),
              DenseStrides(extents.dims()));
}

absl::Status SliceKernel(KernelContext& k) {
  const Shape& out = k.output(0).shape();
  TakePiece(k, k.ints(1), HostInts(static_cast<size_t>(out.rank()), 1), out);
  return absl::OkStatus();
}

absl::Status StridedSliceKernel(KernelContext& k) {
  ASSIGN_OR_RETURN(const StridedSlice slice,
                   MakeStridedSlice(k.input(0).shape(), k.host(1), k.host(2), k.host(3), k.attrs()));
  TakePiece(k, slice.begin, slice.strides, slice.extents);
  return absl::OkStatus();
}

absl::Status StridedSliceGradKernel(KernelContext& k) {
  const Tensor &dy = k.input(4), &out = k.output(0);
  ASSIGN_OR_RETURN(const StridedSlice slice, MakeStridedSlice(out.shape(), k.host(1), k.host(2), k.host(3), k.attrs()));
  const int64_t size = static_cast<int64_t>(SizeOf(dy.dtype()));
  constexpr char kZero[16] = {};
  FillElements(static_cast<size_t>(size), kZero, out.raw(), out.num_elements());
  if (dy.num_elements() == 0) return absl::OkStatus();
  const Strides dense = DenseStrides(out.shape().dims());
  Strides dst = dense;
  for (size_t axis = 0; axis < dst.size(); ++axis) {
    dst[axis] *= slice.extents[static_cast<int>(axis)] == 1 ? 1 : slice.strides[axis];
  }
  StridedCopy(static_cast<size_t>(size), slice.extents.dims(), dy.raw(), DenseStrides(slice.extents.dims()),
              out.mutable_data<char>() + Position(dense, slice.begin) * size, dst);
  return absl::OkStatus();
}

}  // namespace

std::vector<KernelRow> CpuSliceKernels() {
  std::vector<KernelRow> rows;
  AddMoveRows<&SliceKernel>(rows, "Slice");
  AddMoveRows<&StridedSliceKernel>(rows, "StridedSlice");
  AddMoveRows<&StridedSliceGradKernel>(rows, "StridedSliceGrad");
  return rows;
}

}  // namespace eager::server
