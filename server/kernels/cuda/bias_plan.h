// Where the channels of a tensor are, for kernels of biases.
#pragma once

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "server/kernels/cuda/reduce_plan.h"

namespace eager::server::cuda {

// The axes of a tensor as outer, channels, inner, of which all but the channels are reduced.
inline ReduceDims ChannelDims(const Shape& shape, absl::string_view data_format) {
  const int axis = absl::StartsWith(data_format, "NC") ? 1 : shape.rank() - 1;
  ReduceDims dims;
  for (int i = 0; i < shape.rank(); ++i) dims.Push(shape[i], i != axis);
  return dims;
}

// The channels of `count` groups of `vec` neighbours, which share one, or have one each if the channels are the last
// axis.
struct BiasPlan {
  int vec = 1;
  bool channels_last = true;
  int64_t count = 0;
  AnyDivider inner, channels;  // groups a channel's run has, and channels; all in groups

  BiasPlan(const Shape& shape, absl::string_view data_format, int most) {
    const int axis = absl::StartsWith(data_format, "NC") ? 1 : shape.rank() - 1;
    int64_t run = 1;
    for (int i = axis + 1; i < shape.rank(); ++i) run *= shape[i];
    channels_last = run == 1;
    const int64_t innermost = channels_last ? shape[axis] : run;
    vec = innermost % most == 0 ? most : 1;
    count = shape.num_elements() / vec;
    inner = AnyDivider(channels_last ? 1 : run / vec);
    channels = AnyDivider(channels_last ? shape[axis] / vec : shape[axis]);
  }
  // Group i's channel; if the channels are the last axis, which group of channels.
  EAGER_HOST_DEVICE int64_t Channel(int64_t i) const {
    const int64_t line = inner.Divide(i);
    return line - channels.Divide(line) * channels.divisor;
  }
};

}  // namespace eager::server::cuda
