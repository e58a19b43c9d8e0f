// The backward walk: gradients of targets with respect to sources over one tape.
//
// The server runs it to compute, the client runs it over ids alone to know which gradients of gradients are connected:
// the same code, so they agree. Generic work (summing over broadcast axes, adding up, zeros) is done here and only here.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/tape/tape.h"

namespace eager {

// For each source, whether a path leads from some target back to it. Ids only; emits nothing.
std::vector<bool> Connected(const Tape& tape, absl::Span<const TapeTensor> targets, absl::Span<const TapeTensor> sources);

// One Node per source, empty where a source is not connected. `output_gradients` is empty (ones for every target) or
// has one Node per target (an empty one stands for ones).
// INVALID_ARGUMENT if an output gradient's shape is not its target's; any error of an emitted op, with the op's name.
absl::StatusOr<std::vector<Node>> Backward(const Tape& tape, absl::Span<const TapeTensor> targets,
                                           absl::Span<const Node> output_gradients,
                                           absl::Span<const TapeTensor> sources, Emitter& emitter);

}  // namespace eager
