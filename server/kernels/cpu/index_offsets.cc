#include "server/kernels/cpu/index_offsets.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status_macros.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cpu/strided_copy.h"

namespace eager::server {
namespace {

// All values of `indices`. INVALID_ARGUMENT if one is not in [0, limit).
absl::StatusOr<std::vector<int64_t>> CheckedIndices(const Tensor& indices, int64_t limit) {
  const HostView view = indices.host_view();
  std::vector<int64_t> values(static_cast<size_t>(indices.num_elements()));
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = view.int_at(static_cast<int64_t>(i));
    if (values[i] < 0 || values[i] >= limit) {
      return absl::InvalidArgumentError(absl::StrCat("indices",
                                                     IndexText(indices.shape().dims(), static_cast<int64_t>(i)), " = ",
                                                     values[i], " is not in [0, ", limit, ")"));
    }
  }
  return values;
}

}  // namespace

std::string IndexText(absl::Span<const int64_t> extents, int64_t i) {
  if (extents.empty()) return "";
  absl::InlinedVector<int64_t, 6> index(extents.size());
  for (size_t axis = extents.size(); axis-- > 0;) {
    index[axis] = i % extents[axis];
    i /= extents[axis];
  }
  return absl::StrCat("[", absl::StrJoin(index, ","), "]");
}

absl::StatusOr<GatherRows> GatherRows::Make(const Shape& params, const Tensor& indices, int64_t axis,
                                            int64_t batch_dims) {
  const int along = static_cast<int>(axis < 0 ? axis + params.rank() : axis);
  const int batch = static_cast<int>(batch_dims < 0 ? batch_dims + indices.shape().rank() : batch_dims);
  GatherRows rows;
  rows.limit_ = params[along];
  ASSIGN_OR_RETURN(rows.indices_, CheckedIndices(indices, rows.limit_));
  rows.groups_ = Extent(params, 0, along);
  rows.outer_ = Extent(params, batch, along);
  rows.per_batch_ = Extent(indices.shape(), batch, indices.shape().rank());
  rows.width_ = Extent(params, along + 1, params.rank());
  return rows;
}

absl::StatusOr<NdRows> FindNdRows(KernelContext& k, const Tensor& indices, const Shape& target,
                                  absl::string_view what) {
  const Shape& shape = indices.shape();
  const int depth = static_cast<int>(shape[shape.rank() - 1]);
  const bool ignore = k.attr<std::string>("bad_indices_policy") == "IGNORE";
  const Strides strides = DenseStrides(target.dims());
  const HostView view = indices.host_view();
  NdRows rows;
  rows.width = Extent(target, depth, target.rank());
  rows.offsets.resize(static_cast<size_t>(Extent(shape, 0, shape.rank() - 1)));
  for (size_t r = 0; r < rows.offsets.size(); ++r) {
    const int64_t first = static_cast<int64_t>(r) * depth;
    for (int axis = 0; axis < depth; ++axis) {
      const int64_t index = view.int_at(first + axis);
      if (index >= 0 && index < target[axis]) {
        rows.offsets[r] += index * strides[axis];
        continue;
      }
      if (!ignore) {
        const HostInts all = ToInts(view);
        return absl::InvalidArgumentError(
            absl::StrCat("indices", IndexText(shape.dims().subspan(0, shape.rank() - 1), static_cast<int64_t>(r)),
                         " = [", absl::StrJoin(absl::MakeConstSpan(all).subspan(first, depth), ", "),
                         "] does not index into ", what, " ", target.ToString()));
      }
      rows.offsets[r] = -1;
      break;
    }
  }
  return rows;
}

}  // namespace eager::server
