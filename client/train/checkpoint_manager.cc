#include "client/train/checkpoint_manager.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "client/constant.h"
#include "client/core/throw.h"
#include "common/bundle/checkpoint_state.h"
#include "common/bundle/naming.h"

namespace eager::train {

using eager::internal::ThrowIfError;
using eager::internal::ValueOrThrow;

CheckpointManager::CheckpointManager(Checkpoint& checkpoint, std::string directory, CheckpointManagerOptions options,
                                     std::source_location where)
    : checkpoint_(checkpoint), directory_(std::move(directory)), options_(std::move(options)) {
  const double now = Now();
  const std::optional<bundle::CheckpointState> state = ValueOrThrow(bundle::ReadState(directory_), where);
  last_preserved_ = now - 1;  // before whatever this one saves, also within the clock's step
  if (!state.has_value()) return;
  latest_ = state->latest;
  last_preserved_ =
      std::min(state->last_preserved, now);  // a clock that was set back must not have checkpoints removed
  for (size_t i = 0; i < state->all.size(); ++i) {
    const double time = state->timestamps.empty() ? last_preserved_ : std::min(state->timestamps[i], now);
    if (time > last_preserved_) kept_.push_back({state->all[i], time});
  }
}

double CheckpointManager::Now() const {
  if (options_.clock) return options_.clock();
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::vector<std::string> CheckpointManager::checkpoints() const {
  std::vector<std::string> paths;
  for (const Kept& kept : kept_) paths.push_back(kept.path);
  return paths;
}

std::string CheckpointManager::save(std::optional<int64_t> checkpoint_number, std::source_location where) {
  if (!checkpoint_number.has_value()) {
    Variable& counter = checkpoint_.save_counter(where);
    counter.assign_add(Operand(constant(int64_t{1}, where), where));
    checkpoint_number = counter.read<int64_t>(where)[0];
  }
  const std::string prefix =
      absl::StrCat(directory_, directory_.empty() || directory_.back() == '/' ? "" : "/", options_.checkpoint_name);
  const std::string path = checkpoint_.write(absl::StrCat(prefix, "-", *checkpoint_number), options_.save, where);
  std::erase_if(kept_, [&](const Kept& kept) { return kept.path == path; });
  kept_.push_back({path, Now()});
  latest_ = path;
  // The list names the new one before anything is removed, and what is left after that.
  RecordState(where);
  Sweep();
  RecordState(where);
  return path;
}

void CheckpointManager::RecordState(std::source_location where) const {
  bundle::CheckpointState state{.latest = *latest_, .last_preserved = last_preserved_};
  for (const Kept& kept : kept_) {
    state.all.push_back(kept.path);
    state.timestamps.push_back(kept.time);
  }
  ThrowIfError(bundle::WriteState(directory_, state), where);
}

void CheckpointManager::Sweep() {
  if (options_.max_to_keep <= 0) return;
  while (kept_.size() > static_cast<size_t>(options_.max_to_keep)) {
    const Kept oldest = kept_.front();
    kept_.erase(kept_.begin());
    const double hours = options_.keep_checkpoint_every_n_hours;
    if (hours > 0 && oldest.time - hours * 3600 >= last_preserved_) {
      last_preserved_ = oldest.time;
      continue;
    }
    bundle::RemoveBundle(oldest.path);
  }
}

std::optional<std::string> CheckpointManager::restore_or_initialize(std::source_location where) {
  if (latest_.has_value()) {
    checkpoint_.restore(latest_, where);
    return latest_;
  }
  if (options_.init_fn) options_.init_fn();
  return std::nullopt;
}

}  // namespace eager::train
