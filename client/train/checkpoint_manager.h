// Numbered checkpoints in a folder, of which only the last ones are kept.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <source_location>
#include <string>
#include <vector>

#include "client/train/checkpoint.h"

namespace eager::train {

struct CheckpointManagerOptions {
  int max_to_keep = 5;  // 0: all
  // Besides, one of each so many hours is kept for good; the manager forgets it. 0: none.
  double keep_checkpoint_every_n_hours = 0;
  std::string checkpoint_name = "ckpt";  // "directory/ckpt-1"
  SaveOptions save;
  std::function<void()> init_fn;  // what restore_or_initialize() calls where there is no checkpoint
  std::function<double()> clock;  // seconds since 1970; for tests, else the system's
};

// tf.train.CheckpointManager. The list of checkpoints is in the file `checkpoint`, so that a manager in a new process
// goes on with it; at no moment does that file name one that is not complete. Not thread-safe, and the only one in its
// folder.
class CheckpointManager {
 public:
  // Reads the folder's list; makes nothing. `checkpoint` must outlive this. Throws DATA_LOSS for a list that cannot be
  // read.
  CheckpointManager(Checkpoint& checkpoint, std::string directory, CheckpointManagerOptions options = {},
                    std::source_location where = std::source_location::current());

  const std::string& directory() const { return directory_; }
  // The newest, with its folder; nullopt before the first save.
  const std::optional<std::string>& latest_checkpoint() const { return latest_; }
  // Those that may still be removed, the oldest first.
  std::vector<std::string> checkpoints() const;

  // Saves "directory/ckpt-N", N from the checkpoint's save_counter or as given, then removes what is too old. Its path.
  // Waits and throws as Checkpoint::save does; then nothing is removed.
  std::string save(std::optional<int64_t> checkpoint_number = std::nullopt,
                   std::source_location where = std::source_location::current());

  // Restores the newest and returns its path, or calls init_fn and returns nullopt.
  std::optional<std::string> restore_or_initialize(std::source_location where = std::source_location::current());

 private:
  struct Kept {
    std::string path;
    double time = 0;
  };
  double Now() const;
  void RecordState(std::source_location where) const;
  void Sweep();

  Checkpoint& checkpoint_;
  const std::string directory_;
  const CheckpointManagerOptions options_;
  std::optional<std::string> latest_;
  std::vector<Kept> kept_;
  double last_preserved_ = 0;
};

}  // namespace eager::train
