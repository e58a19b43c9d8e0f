// A model's weights in Keras 2's checkpoint files: what model.save_weights(path) and load_weights(path) do there.
#pragma once

#include <source_location>
#include <string>

#include "client/train/checkpoint.h"

namespace eager::train {

// Writes `path` with the module as the root, and makes it the newest of its folder in the file `checkpoint`. Waits and
// throws as Checkpoint::save does.
void save_weights(Module& module, const std::string& path,
                  std::source_location where = std::source_location::current());

// Waits and throws as Checkpoint::read does, and FAILED_PRECONDITION if the file has nothing of what the module has.
// Variables that the file lacks keep their values: assert_existing_objects_matched() tells.
CheckpointLoadStatus load_weights(Module& module, const std::string& path,
                                  std::source_location where = std::source_location::current());

}  // namespace eager::train
