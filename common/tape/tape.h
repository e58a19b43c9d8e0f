// What a gradient tape has recorded: the ops between watched tensors and whatever was computed from them.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/ops/grad_context.h"

namespace eager {

// Not thread-safe: the client guards its tapes by their thread, the server by the session's thread.
class Tape {
 public:
  explicit Tape(bool persistent) : persistent_(persistent) {}

  bool persistent() const { return persistent_; }
  void Watch(uint64_t id) { known_[id].tracked = true; }
  // Whether a tensor is watched or was computed from one that is.
  bool Tracks(uint64_t id) const {
    const auto it = known_.find(id);
    return it != known_.end() && it->second.tracked;
  }
  // Whether the tape wants an op for the sake of its input `i`: the input is tracked and a gradient can flow to it.
  bool WantsFor(const OpSpec& op, size_t i, uint64_t id, DType dtype) const;
  // Whether the tape wants an op with these inputs.
  bool ShouldRecord(const OpSpec& op, absl::Span<const TapeTensor> inputs) const;
  // Keeps the entry and tracks its differentiable outputs. Drops the values that the op's row does not save.
  void Record(TapeEntry entry);

  // The entry that made a tensor, or -1.
  int Producer(uint64_t id) const;
  const TapeEntry& entry(int i) const { return blocks_[i / kBlock][i % kBlock]; }
  int size() const { return size_; }
  // Lets go of everything.
  void Clear();

 private:
  static constexpr int kBlock = 32;
  struct Known {
    int producer = -1;  // its entry; -1: a watched tensor that no recorded op made
    bool tracked = false;
  };

  bool persistent_;
  int size_ = 0;
  std::vector<std::vector<TapeEntry>> blocks_;  // entries stay in place: a walk may record onto the tape that it walks
  absl::flat_hash_map<uint64_t, Known> known_;
};

// One entry on several tapes.
void RecordOn(absl::Span<Tape* const> tapes, TapeEntry entry);

// Whether the op's row saves the values of input `i` of n, or those of its outputs, for its gradient.
bool SavesInput(const OpSpec& op, int i, int n, DType dtype);
bool SavesOutputs(const OpSpec& op);

// Whether a gradient can flow from a recorded op to its input `i`: the tape tracked it, its dtype is differentiable and
// the op's row does not exclude it.
bool GradientReaches(const TapeEntry& entry, int i);

// What stands in an entry whose gradient is a closure of the client's: differentiable by every input, saves nothing. It
// is no op of the table, and nobody can run it.
const OpSpec& CustomGradientOp();

}  // namespace eager
