// The backward walk: gradients of targets with respect to sources over one tape.
//
// The server runs it to compute, the client runs it over ids alone to know which gradients of gradients are connected:
// the same code, so they agree. Generic work (summing over broadcast axes, adding up, zeros) is done here and only here.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/tape/tape.h"

namespace eager {

// For each source, whether a path leads from some target back to it. Ids only; emits nothing.
std::vector<bool> Connected(const Tape& tape, absl::Span<const TapeTensor> targets, absl::Span<const TapeTensor> sources);

// The walk in steps, for tapes with custom gradients: their closures live with the client, so the walk stops there, lets
// its owner ask, and goes on with the answer. `tape` and `emitter` must outlive it. Not thread-safe.
class BackwardWalk {
 public:
  // The arguments and errors are those of Backward below.
  static absl::StatusOr<std::unique_ptr<BackwardWalk>> Start(const Tape& tape, absl::Span<const TapeTensor> targets,
                                                             absl::Span<const Node> output_gradients,
                                                             absl::Span<const TapeTensor> sources, Emitter& emitter);
  virtual ~BackwardWalk() = default;
  // Goes on to the next custom gradient that is needed, and gives its entry; null at the end.
  virtual absl::StatusOr<const TapeEntry*> Advance() = 0;
  // What flows into the outputs of the entry that Advance() gave: one Node each, zeros where nothing does.
  virtual absl::Span<const Node> upstream() const = 0;
  // The gradients of that entry's inputs, empty Nodes for none. INVALID_ARGUMENT if their number, or the spec of one, is
  // not the inputs'.
  virtual absl::Status Answer(absl::Span<const Node> gradients) = 0;
  // At the end: one Node per source.
  virtual absl::StatusOr<std::vector<Node>> Results() = 0;
};

// One Node per source, empty where a source is not connected. `output_gradients` is empty (ones for every target) or
// has one Node per target (an empty one stands for ones).
// INVALID_ARGUMENT if an output gradient's shape is not its target's; any error of an emitted op, with the op's name;
// FAILED_PRECONDITION if a custom gradient is on the way.
absl::StatusOr<std::vector<Node>> Backward(const Tape& tape, absl::Span<const TapeTensor> targets,
                                           absl::Span<const Node> output_gradients,
                                           absl::Span<const TapeTensor> sources, Emitter& emitter);

}  // namespace eager
