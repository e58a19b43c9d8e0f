// Writes a program's objects into a bundle.
#pragma once

#include <source_location>
#include <string>

#include "client/train/checkpoint.h"
#include "client/train/object_graph.h"

namespace eager::train::internal {

// The values are those of the moment of the call, also where other threads go on training. Throws what reading a
// variable or writing a file gives; then what was under `prefix` is as before.
void Save(Root root, const std::string& prefix, const SaveOptions& options, std::source_location where);

}  // namespace eager::train::internal
