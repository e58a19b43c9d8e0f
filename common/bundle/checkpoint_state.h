// The file `checkpoint` of a folder: which of its checkpoints is the newest, and which are kept.
//
// Source: tensorflow/python/checkpoint/checkpoint_management.py.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace eager::bundle {

// Prefixes with their folder: where in the file they are relative to it, they are joined to it here.
struct CheckpointState {
  std::string latest;
  std::vector<std::string> all;    // the oldest first
  std::vector<double> timestamps;  // of `all`, in seconds since 1970; empty or one for each
  double last_preserved = 0;       // 0: not said
};

// "dir/checkpoint"; an empty folder is the current one.
std::string StatePath(const std::string& folder);
// nullopt if there is no such file. DATA_LOSS for one that is not of this form.
absl::StatusOr<std::optional<CheckpointState>> ReadState(const std::string& folder);
// Replaces the file in one step. Paths below the folder are written relative to it.
absl::Status WriteState(const std::string& folder, const CheckpointState& state);
// What the file says is the newest, if its index exists.
absl::StatusOr<std::optional<std::string>> LatestCheckpoint(const std::string& folder);

}  // namespace eager::bundle
