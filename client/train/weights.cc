#include "client/train/weights.h"

#include "client/core/throw.h"
#include "common/bundle/checkpoint_state.h"
#include "common/bundle/naming.h"

namespace eager::train {

void save_weights(Module& module, const std::string& path, std::source_location where) {
  Checkpoint(module).write(path, {}, where);
  eager::internal::ThrowIfError(bundle::WriteState(bundle::FolderOf(path), {.latest = path, .all = {path}}), where);
}

CheckpointLoadStatus load_weights(Module& module, const std::string& path, std::source_location where) {
  const CheckpointLoadStatus status = Checkpoint(module).read(path, where);
  status.assert_nontrivial_match(where);
  return status;
}

}  // namespace eager::train
