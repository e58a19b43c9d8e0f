// SparseToDense.
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "common/status_macros.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cpu/strided_copy.h"
#include "server/kernels/cpu/string_moves.h"

namespace eager::server {
namespace {

std::string Bracketed(absl::Span<const int64_t> index) { return absl::StrCat("[", absl::StrJoin(index, ","), "]"); }

// Where each of the indices lies in the output. With validate_indices they must stand in order, each once.
absl::StatusOr<std::vector<int64_t>> FindOffsets(KernelContext& k) {
  const Shape &out = k.output(0).shape(), &indices = k.input(0).shape();
  const HostView view = k.input(0).host_view();
  const int64_t n = indices.is_scalar() ? 1 : indices[0];
  const int rank = out.rank();
  const bool validate = k.attr<bool>("validate_indices");
  const Strides strides = DenseStrides(out.dims());
  std::vector<int64_t> offsets(static_cast<size_t>(n));
  HostInts index(static_cast<size_t>(rank));
  for (int64_t i = 0; i < n; ++i) {
    bool inside = true;
    for (int axis = 0; axis < rank; ++axis) {
      const int64_t at = view.int_at(i * rank + axis);
      index[static_cast<size_t>(axis)] = at;
      inside = inside && at >= 0 && at < out[axis];
      if (inside) offsets[static_cast<size_t>(i)] += at * strides[static_cast<size_t>(axis)];
    }
    const auto error = [&](auto&&... parts) {
      return absl::InvalidArgumentError(absl::StrCat("indices[", i, "] = ", Bracketed(index), parts...));
    };
    if (!inside && validate) return error(" is out of bounds: need 0 <= index < ", out.ToString());
    if (!inside) {
      return absl::InvalidArgumentError(
          absl::StrCat("Indices are not valid (out of bounds).  Shape: ", out.ToString()));
    }
    if (!validate || i == 0) continue;
    const int64_t last = offsets[static_cast<size_t>(i) - 1], now = offsets[static_cast<size_t>(i)];
    if (now < last) {
      return error(
          " is out of order. Many sparse ops require sorted indices.\n"
          "    Use `tf.sparse.reorder` to create a correctly ordered copy.\n\n");
    }
    if (now == last) return error(" is repeated");
  }
  return offsets;
}

absl::Status SparseToDenseKernel(KernelContext& k) {
  const Tensor &values = k.input(2), &out = k.output(0);
  ASSIGN_OR_RETURN(const std::vector<int64_t> offsets, FindOffsets(k));
  const size_t size = SizeOf(out.dtype());
  const size_t step = values.shape().is_scalar() ? 0 : size;
  FillElements(size, k.input(3).raw(), out.raw(), out.num_elements());
  for (size_t i = 0; i < offsets.size(); ++i) {
    std::memcpy(out.mutable_data<char>() + static_cast<size_t>(offsets[i]) * size, values.data<char>() + i * step,
                size);
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<KernelRow> CpuSparseKernels() {
  std::vector<KernelRow> rows;
  AddMoveRows<&SparseToDenseKernel>(rows, "SparseToDense");
  return rows;
}

}  // namespace eager::server
