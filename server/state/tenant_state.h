// The saves of one tenant's named variables: a folder as TensorFlow's CheckpointManager keeps one, with bundles ckpt-N and
// the file `checkpoint`, which names the last complete one.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/state/variable_bundle.h"

namespace eager::server {

// Used by one thread at a time.
class TenantState {
 public:
  // Of a folder that need not exist.
  explicit TenantState(std::string folder) : folder_(std::move(folder)) {}

  // The newest save that is whole, after a warning in the log for every newer one that is not; empty where nothing was ever
  // saved. DATA_LOSS if there are saves, and none is whole.
  absl::StatusOr<NamedValues> Load();

  struct Saved {
    std::string prefix;  // empty: nothing has changed since the last save
    BundleSize size;
  };
  // Writes the variables as they are now, and removes what is older than the save before. Whenever it is broken off, or
  // fails, the last complete save stays the one that Load() finds.
  absl::StatusOr<Saved> Save(const NamedVariables& variables);

 private:
  // The saves there are, the newest first: what the file `checkpoint` says, then whatever else lies in the folder.
  std::vector<std::string> Candidates() const;
  // Numbers of all bundles in the folder, of broken ones too.
  std::vector<int64_t> Numbers() const;
  std::string Prefix(int64_t number) const;

  const std::string folder_;
  bool known_ = false;    // what follows is what the folder has
  std::string last_;      // the newest whole save; empty: none
  double last_time_ = 0;
  // What the newest save has, if this process made it: it need not be made again.
  using Versions = std::vector<std::pair<RefPtr<Variable>, uint64_t>>;
  std::optional<Versions> last_versions_;
};

}  // namespace eager::server
