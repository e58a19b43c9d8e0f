// What StridedSlice's begin, end, strides and five masks mean for a tensor: shared by shape function and kernels.
#pragma once

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/host_tensor.h"
#include "common/ops/op_spec.h"
#include "common/shape.h"

namespace eager {

// The elements that a slice takes, axis by axis of the input, and the shape of the result.
struct StridedSlice {
  HostInts begin;    // the first index taken
  HostInts strides;  // from one to the next; never 0
  Shape extents;     // how many are taken
  Shape result;      // `extents` with new axes put in and shrunk ones left out
  absl::InlinedVector<int, 6> result_axes;  // of each axis of the result: the input's axis, or -1 for a new one
};

// Bit i of a mask belongs to element i of begin, end and strides, which are vectors of one length below 32.
// INVALID_ARGUMENT for what cannot be a slice of a tensor of shape `input`.
absl::StatusOr<StridedSlice> MakeStridedSlice(const Shape& input, const HostView& begin, const HostView& end,
                                              const HostView& strides, const Attrs& masks);

}  // namespace eager
