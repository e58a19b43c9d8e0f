// Chains of elementwise ops on large tensors, computed a tile at a time: what flows from one op to the next stays in the
// processor's cache, and what nobody can read afterwards is never written to memory.
//
// Every tile goes through the loops of the ops' own kernels, so results are those of the ops one after the other, bit for
// bit.
#pragma once

#include <memory>

#include "absl/container/inlined_vector.h"
#include "absl/types/span.h"
#include "server/exec/executor.h"

namespace eager::server {

// Whether sessions look for chains at all; they do unless told otherwise. For any thread.
void SetFusion(bool on);
bool FusionEnabled();

// Built by adding ops, then run once.
class Chain {
 public:
  // Smaller tensors stay in the cache by themselves.
  static constexpr int64_t kMinElements = 1 << 16;
  static constexpr size_t kMaxOps = 16;

  // Adds an op if it is elementwise, on this kind of memory, and of the chain's size; an input has as many elements as the
  // output, or one. Inputs may be outputs of the chain. False, and nothing is added, for any other op: it is left to RunOp,
  // which says what is wrong with it.
  bool Add(Signature& signature, Tensors inputs);
  size_t size() const { return ops_.size(); }
  // Stands for the output of op `i` among the inputs of later ones; has no values.
  const TensorRef& output(size_t i) const { return ops_[i].output; }

  // Computes all ops. `outputs` gets those of the ops for which `keep` is true, null for the others. After an error nothing
  // has happened.
  absl::Status Run(absl::Span<const bool> keep, Tensors& outputs) const;

 private:
  struct Input {
    int producer = -1;  // the op of this chain that makes it
    TensorRef tensor;   // else
  };
  struct Op {
    StretchLoop loop;
    Device* device;
    TensorRef output;
    absl::InlinedVector<Input, 3> inputs;
  };
  class Tiles;

  absl::InlinedVector<Op, 4> ops_;
  int64_t elements_ = 0;
};

}  // namespace eager::server
