// Kernels that move blocks of positions into channels or the batch, and back: strided copies.

#include <algorithm>

#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cpu/strided_copy.h"
#include "server/kernels/cpu/string_moves.h"

namespace eager::server {
namespace {

// The image of depth, seen as [batch, height, y in block, width, x in block, channels]; the other side has the axes in
// the order batch, height, width, y, x, channels.
template <bool kToDepth>
absl::Status DepthKernel(KernelContext& k) {
  const Tensor &in = k.input(0), &out = k.output(0);
  if (out.num_elements() == 0) return absl::OkStatus();
  const int64_t block = k.attr<int64_t>("block_size");
  const Shape &wide = kToDepth ? in.shape() : out.shape(), &deep = kToDepth ? out.shape() : in.shape();
  const int64_t height = deep[1], width = deep[2], depth = wide[3];
  const int64_t extents[] = {wide[0], height, width, block, block, depth};
  const int64_t row = wide[2] * depth;
  const int64_t wide_strides[] = {wide[1] * row, block * row, block * depth, row, depth, 1};
  const Strides deep_strides = DenseStrides(extents);
  const absl::Span<const int64_t> from = kToDepth ? absl::Span<const int64_t>(wide_strides) : deep_strides;
  const absl::Span<const int64_t> to = kToDepth ? absl::Span<const int64_t>(deep_strides) : wide_strides;
  StridedCopy(SizeOf(in.dtype()), extents, in.raw(), from, out.raw(), to);
  return absl::OkStatus();
}

// Position `p` of the batch side's axis is position p * block + offset - margin of the space side's.
struct BlockAxis {
  int64_t block, offset, margin;
  int64_t space, batch;  // extents
  // The first p whose position on the space side is at least 0, and one after the last that is inside.
  int64_t first() const { return margin > offset ? (margin - offset + block - 1) / block : 0; }
  int64_t last() const {
    const int64_t end = space + margin - offset;
    return end <= 0 ? 0 : std::min(batch, (end + block - 1) / block);
  }
  int64_t at(int64_t p) const { return p * block + offset - margin; }
};

template <bool kToBatch>
absl::Status BatchKernel(KernelContext& k) {
  constexpr char kZero[16] = {};
  const Tensor &in = k.input(0), &out = k.output(0);
  const size_t size = SizeOf(in.dtype());
  if (out.num_elements() == 0) return absl::OkStatus();
  const HostInts blocks = k.ints(1), margins = k.ints(2);
  if (kToBatch && std::any_of(margins.begin(), margins.end(), [](int64_t m) { return m != 0; })) {
    FillElements(size, kZero, out.raw(), out.num_elements());
  }
  if (in.num_elements() == 0) return absl::OkStatus();
  const Shape &space = kToBatch ? in.shape() : out.shape(), &batch = kToBatch ? out.shape() : in.shape();
  const Strides space_dense = DenseStrides(space.dims()), batch_dense = DenseStrides(batch.dims());
  Strides space_strides = space_dense;
  for (size_t i = 0; i < blocks.size(); ++i) space_strides[i + 1] *= blocks[i];
  const int64_t combinations = batch[0] / space[0];
  for (int64_t combination = 0; combination < combinations; ++combination) {
    Shape::Dims extents(space.dims().begin(), space.dims().end());
    int64_t from_space = 0, from_batch = combination * space[0] * batch_dense[0], rest = combination;
    bool empty = false;
    for (size_t i = blocks.size(); i-- > 0;) {  // the last axis of the block changes fastest
      const size_t axis = i + 1;
      const int a = static_cast<int>(axis);
      const BlockAxis positions{blocks[i], rest % blocks[i], margins[2 * i], space[a], batch[a]};
      rest /= blocks[i];
      const int64_t first = positions.first(), last = positions.last();
      empty = empty || last <= first;
      if (empty) break;
      extents[axis] = last - first;
      from_space += positions.at(first) * space_dense[axis];
      from_batch += first * batch_dense[axis];
    }
    if (empty) continue;
    const auto address = [size](const Tensor& t, int64_t element) {
      return t.mutable_data<char>() + element * static_cast<int64_t>(size);
    };
    StridedCopy(size, extents, address(in, kToBatch ? from_space : from_batch), kToBatch ? space_strides : batch_dense,
                address(out, kToBatch ? from_batch : from_space), kToBatch ? batch_dense : space_strides);
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<KernelRow> CpuSpaceKernels() {
  std::vector<KernelRow> rows = {{"SpaceToBatchND", kFixedSizeTypes, &BatchKernel<true>},
                                 {"BatchToSpaceND", kFixedSizeTypes, &BatchKernel<false>}};
  AddMoveRows<&DepthKernel<true>>(rows, "SpaceToDepth");
  AddMoveRows<&DepthKernel<false>>(rows, "DepthToSpace");
  return rows;
}

}  // namespace eager::server
