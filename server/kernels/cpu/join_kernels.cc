// Kernels that join tensors and take them apart.

#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cpu/strided_copy.h"
#include "server/kernels/cpu/string_moves.h"

namespace eager::server {
namespace {

// Copies between `rows` rows of `width` elements each that lie src_step and dst_step elements apart.
void CopyRows(size_t size, int64_t rows, int64_t width, const void* src, int64_t src_step, void* dst,
              int64_t dst_step) {
  const int64_t extents[] = {rows, width}, from[] = {src_step, 1}, to[] = {dst_step, 1};
  StridedCopy(size, extents, src, from, dst, to);
}

// Puts the first `n` inputs side by side: each is `rows` rows.
void Join(KernelContext& k, int n, int64_t rows) {
  const Tensor& out = k.output(0);
  if (out.num_elements() == 0) return;
  const size_t size = SizeOf(out.dtype());
  const int64_t step = out.num_elements() / rows;
  int64_t at = 0;
  for (int i = 0; i < n; ++i) {
    const int64_t width = k.input(i).num_elements() / rows;
    CopyRows(size, rows, width, k.input(i).raw(), width, out.mutable_data<char>() + at * static_cast<int64_t>(size),
             step);
    at += width;
  }
}

// The reverse: cuts input `value`, `rows` rows, into the outputs. Pieces of one row are parts of the input's buffer.
void Cut(KernelContext& k, int value, int64_t rows) {
  const Tensor& in = k.input(value);
  if (in.num_elements() == 0) return;
  const size_t size = SizeOf(in.dtype());
  const int64_t step = in.num_elements() / rows;
  int64_t at = 0;
  for (int i = 0; i < k.num_outputs(); ++i) {
    const int64_t width = k.output(i).num_elements() / rows;
    if (rows != 1 || !ShareInput(k, i, value, at)) {
      CopyRows(size, rows, width, in.data<char>() + at * static_cast<int64_t>(size), step, k.output(i).raw(), width);
    }
    at += width;
  }
}

int ResolvedAxis(int64_t axis, int rank) { return static_cast<int>(axis < 0 ? axis + rank : axis); }

absl::Status ConcatKernel(KernelContext& k) {
  const int n = k.num_inputs() - 1;
  const Shape& out = k.output(0).shape();
  Join(k, n, Extent(out, 0, ResolvedAxis(k.ints(n)[0], out.rank())));
  return absl::OkStatus();
}

absl::Status PackKernel(KernelContext& k) {
  const Shape& out = k.output(0).shape();
  Join(k, k.num_inputs(), Extent(out, 0, ResolvedAxis(k.attr<int64_t>("axis"), out.rank())));
  return absl::OkStatus();
}

absl::Status UnpackKernel(KernelContext& k) {
  const Shape& in = k.input(0).shape();
  Cut(k, 0, Extent(in, 0, ResolvedAxis(k.attr<int64_t>("axis"), in.rank())));
  return absl::OkStatus();
}

absl::Status SplitKernel(KernelContext& k) {
  const Shape& in = k.input(1).shape();
  Cut(k, 1, Extent(in, 0, ResolvedAxis(k.ints(0)[0], in.rank())));
  return absl::OkStatus();
}

absl::Status SplitVKernel(KernelContext& k) {
  const Shape& in = k.input(0).shape();
  Cut(k, 0, Extent(in, 0, ResolvedAxis(k.ints(2)[0], in.rank())));
  return absl::OkStatus();
}

}  // namespace

std::vector<KernelRow> CpuJoinKernels() {
  std::vector<KernelRow> rows;
  AddMoveRows<&ConcatKernel>(rows, "ConcatV2");
  AddMoveRows<&PackKernel>(rows, "Pack");
  AddMoveRows<&UnpackKernel>(rows, "Unpack");
  AddMoveRows<&SplitKernel>(rows, "Split");
  AddMoveRows<&SplitVKernel>(rows, "SplitV");
  return rows;
}

}  // namespace eager::server
