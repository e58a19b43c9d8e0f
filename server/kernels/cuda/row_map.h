// Which slice of a target each row of an index tensor names: index arithmetic that host and devices share.
#pragma once

#include <cstdint>
#include <type_traits>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/dtype.h"
#include "common/shape.h"
#include "server/kernels/cuda/fast_divide.h"

namespace eager::server::cuda {

inline constexpr int kMaxIndexDepth = 32;

// The `at`-th of the integers of `type`, one of those that indices have.
EAGER_HOST_DEVICE inline int64_t IndexAt(const void* indices, DType type, int64_t at) {
  switch (type) {
    case DType::kInt32:
      return static_cast<const int32_t*>(indices)[at];
    case DType::kInt16:
      return static_cast<const int16_t*>(indices)[at];
    case DType::kUint16:
      return static_cast<const uint16_t*>(indices)[at];
    default:
      return static_cast<const int64_t*>(indices)[at];
  }
}

// Rows that each name one slice, of `width` elements, of a target. Row r reads `depth` indices, each below its extent, and
// names the slice of the sum of index * step. Rows of GatherV2 before whose axis others lie are in groups: those of group
// g read the indices of batch g / outer, and count from slice g * group_step on.
struct RowPlan {
  int64_t rows = 0, width = 0;
  int64_t slices = 0;  // of the target
  int depth = 0;
  int64_t extents[kMaxIndexDepth] = {};
  int64_t steps[kMaxIndexDepth] = {};
  int64_t per_batch = 0;  // 0: there are no groups
  int64_t outer = 1;
  int64_t group_step = 0;

  // What GatherV2 reads of `target` and GatherV2Grad adds to it; arguments as the op has them, checked by its inference.
  static RowPlan Gather(const Shape& target, const Shape& indices, int64_t axis, int64_t batch_dims) {
    const int along = static_cast<int>(axis < 0 ? axis + target.rank() : axis);
    const int batch = static_cast<int>(batch_dims < 0 ? batch_dims + indices.rank() : batch_dims);
    const int64_t groups = Extents(target, 0, along), per_batch = Extents(indices, batch, indices.rank());
    RowPlan plan;
    plan.rows = groups * per_batch;
    plan.width = Extents(target, along + 1, target.rank());
    plan.slices = groups * target[along];
    plan.depth = 1;
    plan.extents[0] = target[along];
    plan.steps[0] = 1;
    if (groups != 1) {
      plan.per_batch = per_batch;
      plan.outer = Extents(target, batch, along);
      plan.group_step = target[along];
    }
    return plan;
  }

  // The rows of `indices` have an index for each of the target's leading axes. UNIMPLEMENTED beyond kMaxIndexDepth.
  static absl::StatusOr<RowPlan> Nd(const Shape& target, const Shape& indices) {
    const int64_t depth = indices[indices.rank() - 1];
    if (depth > kMaxIndexDepth) {
      return absl::UnimplementedError(absl::StrCat("indices into ", depth, " axes on a GPU; at most ", kMaxIndexDepth));
    }
    RowPlan plan;
    plan.rows = Extents(indices, 0, indices.rank() - 1);
    plan.depth = static_cast<int>(depth);
    plan.width = Extents(target, plan.depth, target.rank());
    plan.slices = 1;
    for (int axis = plan.depth; axis-- > 0;) {
      plan.extents[axis] = target[axis];
      plan.steps[axis] = plan.slices;
      plan.slices *= target[axis];
    }
    return plan;
  }

  // Row r names the slice that `rows` ids say.
  static RowPlan Segments(int64_t segments, int64_t rows, int64_t width) {
    RowPlan plan;
    plan.rows = rows;
    plan.width = width;
    plan.slices = plan.extents[0] = segments;
    plan.depth = 1;
    plan.steps[0] = 1;
    return plan;
  }

 private:
  static int64_t Extents(const Shape& shape, int from, int to) {
    int64_t n = 1;
    for (int axis = from; axis < to; ++axis) n *= shape[axis];
    return n;
  }
};

// A plan as a kernel takes it, for at least one row. Index is uint32_t where rows * width fits (FitsIn32Bits), else int64_t.
template <class Index>
struct RowMap {
  using Div = std::conditional_t<sizeof(Index) == 4, Divider, PlainDivider>;
  const void* indices;
  DType type;
  int depth;
  bool grouped;
  Div per_batch, outer;
  int64_t group_step;
  int64_t extents[kMaxIndexDepth];
  int64_t steps[kMaxIndexDepth];

  RowMap(const RowPlan& plan, const void* index_values, DType index_type)
      : indices(index_values), type(index_type), depth(plan.depth), grouped(plan.per_batch != 0),
        group_step(plan.group_step) {
    if (grouped) {
      per_batch = Div(static_cast<Index>(plan.per_batch));
      outer = Div(static_cast<Index>(plan.outer));
    }
    for (int axis = 0; axis < depth; ++axis) {
      extents[axis] = plan.extents[axis];
      steps[axis] = plan.steps[axis];
    }
  }

  // The slice that row r names; -1 if one of its indices is out of range.
  EAGER_HOST_DEVICE int64_t operator()(Index r) const {
    int64_t slice = 0, at = static_cast<int64_t>(r) * depth;
    if (grouped) {
      const Index group = static_cast<Index>(per_batch.Divide(r));
      const Index in_batch = r - group * static_cast<Index>(per_batch.divisor);
      slice = static_cast<int64_t>(group) * group_step;
      at = static_cast<int64_t>(outer.Divide(group)) * static_cast<int64_t>(per_batch.divisor) + in_batch;
    }
    for (int axis = 0; axis < depth; ++axis) {
      const int64_t index = IndexAt(indices, type, at + axis);
      if (index < 0 || index >= extents[axis]) return -1;
      slice += index * steps[axis];
    }
    return slice;
  }
};

}  // namespace eager::server::cuda
