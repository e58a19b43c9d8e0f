// Kernels that put elements into another order.

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cpu/strided_copy.h"
#include "server/kernels/cpu/string_moves.h"

namespace eager::server {
namespace {

absl::Status TransposeKernel(KernelContext& k) {
  const Tensor &in = k.input(0), &out = k.output(0);
  const Strides dense = DenseStrides(in.shape().dims());
  Strides src;
  for (int64_t axis : k.ints(1)) src.push_back(dense[axis < 0 ? axis + in.shape().rank() : axis]);
  const absl::Span<const int64_t> extents = out.shape().dims();
  StridedCopy(SizeOf(in.dtype()), extents, in.raw(), src, out.raw(), DenseStrides(extents));
  return absl::OkStatus();
}

template <class T>
absl::Status InvertPermutationKernel(KernelContext& k) {
  const int64_t n = k.input(0).num_elements();
  const T* x = k.input(0).data<T>();
  T* y = k.output(0).mutable_data<T>();
  std::fill(y, y + n, T{-1});
  for (int64_t i = 0; i < n; ++i) {
    if (x[i] < 0 || x[i] >= n)
      return absl::InvalidArgumentError(absl::StrCat("x: ", x[i], " is not between 0 and ", n));
    if (y[x[i]] != -1) return absl::InvalidArgumentError(absl::StrCat("x: ", x[i], " is duplicated in the input."));
    y[x[i]] = static_cast<T>(i);
  }
  return absl::OkStatus();
}

absl::Status ReverseKernel(KernelContext& k) {
  const Tensor &in = k.input(0), &out = k.output(0);
  const absl::Span<const int64_t> extents = in.shape().dims();
  const Strides dense = DenseStrides(extents);
  Strides src = dense;
  int64_t first = 0;
  if (in.num_elements() == 0) return absl::OkStatus();
  for (int64_t axis : extents.empty() ? HostInts() : k.ints(1)) {
    if (axis < 0) axis += in.shape().rank();
    first += (extents[axis] - 1) * dense[axis];
    src[axis] = -dense[axis];
  }
  const size_t size = SizeOf(in.dtype());
  StridedCopy(size, extents, in.data<char>() + first * static_cast<int64_t>(size), src, out.raw(), dense);
  return absl::OkStatus();
}

// In blocks: what is behind the later one of both axes.
absl::Status ReverseSequenceKernel(KernelContext& k) {
  const Tensor &in = k.input(0), &out = k.output(0);
  const Shape& shape = in.shape();
  const int batch = static_cast<int>(k.attr<int64_t>("batch_dim")), axis = static_cast<int>(k.attr<int64_t>("seq_dim"));
  const HostView lengths = k.input(1).host_view();
  for (int64_t i = 0; i < shape[batch]; ++i) {
    if (lengths.int_at(i) < 0) return absl::InvalidArgumentError(absl::StrCat("seq_lens(", i, ") < 0"));
    if (lengths.int_at(i) > shape[axis]) {
      return absl::InvalidArgumentError(absl::StrCat("seq_lens(", i, ") > input.dims(", axis, ")"));
    }
  }
  const Strides strides = DenseStrides(shape.dims());
  const int64_t block = Extent(shape, std::max(batch, axis) + 1, shape.rank());
  const size_t bytes = static_cast<size_t>(block) * SizeOf(in.dtype());
  const int64_t blocks = block == 0 ? 0 : shape.num_elements() / block;
  const auto place = [&](int64_t at, int along) { return at / strides[static_cast<size_t>(along)] % shape[along]; };
  ParallelFor(blocks, MoveGrain(static_cast<int64_t>(bytes)), [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) {
      const int64_t at = b * block, i = place(at, axis), n = lengths.int_at(place(at, batch));
      const int64_t from = i < n ? at + (n - 1 - 2 * i) * strides[static_cast<size_t>(axis)] : at;
      const size_t size = SizeOf(in.dtype());
      std::memcpy(out.mutable_data<char>() + static_cast<size_t>(at) * size,
                  in.data<char>() + static_cast<size_t>(from) * size, bytes);
    }
  });
  return absl::OkStatus();
}

// How far each axis is rolled forward, in [0, extent); axes may be named several times.
HostInts TotalShifts(KernelContext& k, const Shape& shape) {
  HostInts total(static_cast<size_t>(shape.rank()), 0);
  const HostInts shifts = k.ints(1), axes = k.ints(2);
  for (size_t i = 0; i < axes.size(); ++i) {
    const int axis = static_cast<int>(axes[i] < 0 ? axes[i] + shape.rank() : axes[i]);
    const int64_t extent = shape[axis];
    total[axis] = (total[axis] + shifts[i] % extent + extent) % extent;
  }
  return total;
}

// Every rolled axis falls into two parts that change places; copies each combination of parts as a block.
absl::Status RollKernel(KernelContext& k) {
  const Tensor &in = k.input(0), &out = k.output(0);
  if (in.num_elements() == 0) return absl::OkStatus();
  const HostInts shifts = TotalShifts(k, in.shape());
  absl::InlinedVector<int, 4> rolled;
  for (size_t axis = 0; axis < shifts.size(); ++axis) {
    if (shifts[axis] != 0) rolled.push_back(static_cast<int>(axis));
  }
  const Strides dense = DenseStrides(in.shape().dims());
  const int64_t size = static_cast<int64_t>(SizeOf(in.dtype()));
  // A rolled axis has at least two elements, so there are never more blocks than elements.
  for (uint64_t block = 0; block < uint64_t{1} << rolled.size(); ++block) {
    Shape::Dims extents(in.shape().dims().begin(), in.shape().dims().end());
    int64_t from = 0, to = 0;
    for (size_t i = 0; i < rolled.size(); ++i) {
      const int axis = rolled[i];
      const int64_t shift = shifts[axis], rest = extents[axis] - shift;
      const bool wraps = (block >> i & 1) != 0;
      from += wraps ? rest * dense[axis] : 0;
      to += wraps ? 0 : shift * dense[axis];
      extents[axis] = wraps ? shift : rest;
    }
    StridedCopy(static_cast<size_t>(size), extents, in.data<char>() + from * size, dense,
                out.mutable_data<char>() + to * size, dense);
  }
  return absl::OkStatus();
}

// Each axis becomes two: its multiple, which repeats the input, and its extent.
absl::Status TileKernel(KernelContext& k) {
  const Tensor &in = k.input(0), &out = k.output(0);
  const HostInts multiples = k.ints(1);
  const Strides dense = DenseStrides(in.shape().dims());
  Shape::Dims extents;
  Strides src;
  for (int axis = 0; axis < in.shape().rank(); ++axis) {
    extents.push_back(multiples[axis]);
    src.push_back(0);
    extents.push_back(in.shape()[axis]);
    src.push_back(dense[axis]);
  }
  StridedCopy(SizeOf(in.dtype()), extents, in.raw(), src, out.raw(), DenseStrides(extents));
  return absl::OkStatus();
}

absl::Status BandPartKernel(KernelContext& k) {
  const Tensor &in = k.input(0), &out = k.output(0);
  const Shape& shape = in.shape();
  const int64_t rows = shape[shape.rank() - 2], columns = shape[shape.rank() - 1];
  const int64_t lower = k.ints(1)[0], upper = k.ints(2)[0];
  const int64_t size = static_cast<int64_t>(SizeOf(in.dtype()));
  const int64_t all_rows = columns == 0 ? 0 : in.num_elements() / columns;
  ParallelFor(all_rows, MoveGrain(columns * size), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const int64_t row = r % rows;
      const int64_t first = lower < 0 ? 0 : std::clamp<int64_t>(row - lower, 0, columns);
      const int64_t last = upper < 0 ? columns : std::clamp<int64_t>(row + upper + 1, first, columns);
      const char* from = in.data<char>() + r * columns * size;
      char* to = out.mutable_data<char>() + r * columns * size;
      std::memset(to, 0, static_cast<size_t>(first * size));
      std::memcpy(to + first * size, from + first * size, static_cast<size_t>((last - first) * size));
      std::memset(to + last * size, 0, static_cast<size_t>((columns - last) * size));
    }
  });
  return absl::OkStatus();
}

}  // namespace

std::vector<KernelRow> CpuRearrangeKernels() {
  std::vector<KernelRow> rows = {{"InvertPermutation", {DType::kInt32}, &InvertPermutationKernel<int32_t>},
                                 {"InvertPermutation", {DType::kInt64}, &InvertPermutationKernel<int64_t>},
                                 {"MatrixBandPart", kFixedSizeTypes, &BandPartKernel}};
  AddMoveRows<&TransposeKernel>(rows, "Transpose");
  AddMoveRows<&ReverseSequenceKernel>(rows, "ReverseSequence");
  AddMoveRows<&ReverseKernel>(rows, "ReverseV2");
  AddMoveRows<&RollKernel>(rows, "Roll");
  AddMoveRows<&TileKernel>(rows, "Tile");
  return rows;
}

}  // namespace eager::server
