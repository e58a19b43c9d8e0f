// What a gradient tape has recorded: the ops between watched tensors and whatever was computed from them.
#pragma once

#include <cstdint>
#include <deque>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "common/ops/grad_context.h"

namespace eager {

// Not thread-safe: the client guards its tapes by their thread, the server by the session's thread.
class Tape {
 public:
  explicit Tape(bool persistent) : persistent_(persistent) {}

  bool persistent() const { return persistent_; }
  void Watch(uint64_t id) { tracked_.insert(id); }
  // Whether a tensor is watched or was computed from one that is.
  bool Tracks(uint64_t id) const { return tracked_.contains(id); }
  // Whether the tape wants an op with these inputs: one of them is tracked and of a differentiable dtype.
  bool ShouldRecord(const OpSpec& op, absl::Span<const TapeTensor> inputs) const;
  // Keeps the entry and tracks its differentiable outputs. Drops the values that the op's row does not save.
  void Record(TapeEntry entry);

  // The entry that made a tensor, or -1.
  int Producer(uint64_t id) const;
  const TapeEntry& entry(int i) const { return entries_[i]; }
  int size() const { return static_cast<int>(entries_.size()); }
  // Lets go of everything.
  void Clear();

 private:
  bool persistent_;
  std::deque<TapeEntry> entries_;  // whose entries stay in place: a walk may record onto the tape that it walks
  absl::flat_hash_map<uint64_t, int> producers_;
  absl::flat_hash_set<uint64_t> tracked_;
};

// Whether a gradient can flow from a recorded op to its input `i`: the tape tracked it, its dtype is differentiable and
// the op's row does not exclude it.
bool GradientReaches(const TapeEntry& entry, int i);

// What stands in an entry whose gradient is a closure of the client's: differentiable by every input, saves nothing. It
// is no op of the table, and nobody can run it.
const OpSpec& CustomGradientOp();

}  // namespace eager
