// Kernels that put elements around tensors.

#include "common/status_macros.h"
#include "server/kernels/cpu/add_rows.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cpu/strided_copy.h"
#include "server/kernels/cpu/string_moves.h"

namespace eager::server {
namespace {

// Where the unpadded tensor begins in one with these strides.
int64_t Inside(const Strides& strides, const HostInts& paddings) {
  int64_t position = 0;
  for (size_t axis = 0; axis < strides.size(); ++axis) position += paddings[2 * axis] * strides[axis];
  return position;
}

// Copies input 0 to its place in the output.
void CopyInside(KernelContext& k, const HostInts& paddings) {
  const Tensor &in = k.input(0), &out = k.output(0);
  const int64_t size = static_cast<int64_t>(SizeOf(in.dtype()));
  const Strides dense = DenseStrides(out.shape().dims());
  StridedCopy(static_cast<size_t>(size), in.shape().dims(), in.raw(), DenseStrides(in.shape().dims()),
              out.mutable_data<char>() + Inside(dense, paddings) * size, dense);
}

absl::Status PadKernel(KernelContext& k) {
  constexpr char kZero[16] = {};
  const Tensor& out = k.output(0);
  if (out.num_elements() != k.input(0).num_elements()) {
    const void* value = k.num_inputs() > 2 ? k.input(2).raw() : kZero;
    FillElements(SizeOf(out.dtype()), value, out.raw(), out.num_elements());
  }
  CopyInside(k, k.ints(1));
  return absl::OkStatus();
}

// Index `i` of a padded axis shows what index Mirrored(i) holds: `edge` is 1 where the edge itself is not repeated.
struct Mirror {
  int64_t before, extent, after;  // of the axis
  int64_t edge;
  int64_t left(int64_t i) const { return 2 * before - 1 + edge - i; }
  int64_t right(int64_t i) const { return 2 * (before + extent) - 1 - edge - i; }
};

Mirror MirrorOf(KernelContext& k, const HostInts& paddings, const Shape& unpadded, int axis) {
  const int64_t edge = k.attr<std::string>("mode") == "REFLECT" ? 1 : 0;
  return {paddings[2 * axis], unpadded[axis], paddings[2 * axis + 1], edge};
}

// Fills the output from the last axis to the first: what an axis mirrors is then complete along the later ones.
absl::Status MirrorPadKernel(KernelContext& k) {
  const Tensor &in = k.input(0), &out = k.output(0);
  const HostInts paddings = k.ints(1);
  CopyInside(k, paddings);
  const size_t size = SizeOf(in.dtype());
  const Strides dense = DenseStrides(out.shape().dims());
  Shape::Dims extents(in.shape().dims().begin(), in.shape().dims().end());
  int64_t start = Inside(dense, paddings);  // of the block that is complete
  for (int axis = in.shape().rank() - 1; axis >= 0; --axis) {
    const Mirror m = MirrorOf(k, paddings, in.shape(), axis);
    start -= m.before * dense[axis];
    Strides backwards = dense;
    backwards[axis] = -dense[axis];
    const auto at = [&](int64_t index) {
      return out.mutable_data<char>() + (start + index * dense[axis]) * static_cast<int64_t>(size);
    };
    extents[axis] = m.before;
    if (m.before > 0) StridedCopy(size, extents, at(m.left(0)), backwards, at(0), dense);
    extents[axis] = m.after;
    const int64_t end = m.before + m.extent;
    if (m.after > 0) StridedCopy(size, extents, at(m.right(end)), backwards, at(end), dense);
    extents[axis] = end + m.after;
  }
  return absl::OkStatus();
}

// Folds the mirror images into the middle, from the first axis to the last, in a copy of the input.
absl::Status MirrorPadGradKernel(KernelContext& k) {
  const Tensor &in = k.input(0), &out = k.output(0);
  if (in.num_elements() == 0) return absl::OkStatus();
  const HostInts paddings = k.ints(1);
  ASSIGN_OR_RETURN(const BufferRef folded, k.device().Allocate(in.num_bytes()));
  const int64_t size = static_cast<int64_t>(SizeOf(in.dtype()));
  char* data = static_cast<char*>(folded->data());
  const int64_t all[] = {in.num_elements()}, one[] = {1};
  StridedCopy(static_cast<size_t>(size), all, in.raw(), one, data, one);
  const AddRowFn add = AddRow(in.dtype());
  const Shape& padded = in.shape();
  for (int axis = 0; axis < padded.rank(); ++axis) {
    const Mirror m = MirrorOf(k, paddings, out.shape(), axis);
    const int64_t inner = Extent(padded, axis + 1, padded.rank()), outer = Extent(padded, 0, axis);
    for (int64_t o = 0; o < outer; ++o) {
      const auto row = [&](int64_t i) { return data + (o * padded[axis] + i) * inner * size; };
      for (int64_t i = 0; i < m.before; ++i) add(row(m.left(i)), row(i), inner);
      for (int64_t i = m.before + m.extent; i < padded[axis]; ++i) add(row(m.right(i)), row(i), inner);
    }
  }
  const Strides dense = DenseStrides(padded.dims());
  StridedCopy(static_cast<size_t>(size), out.shape().dims(), data + Inside(dense, paddings) * size, dense, out.raw(),
              DenseStrides(out.shape().dims()));
  return absl::OkStatus();
}

}  // namespace

std::vector<KernelRow> CpuPadKernels() {
  std::vector<KernelRow> rows = {{"MirrorPadGrad", kFixedSizeTypes, &MirrorPadGradKernel}};
  AddMoveRows<&PadKernel>(rows, "Pad");
  AddMoveRows<&PadKernel>(rows, "PadV2");
  AddMoveRows<&MirrorPadKernel>(rows, "MirrorPad");
  return rows;
}

}  // namespace eager::server
