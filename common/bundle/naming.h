// Names of a checkpoint's files. Source: tensorflow/core/util/tensor_bundle/naming.cc.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace eager::bundle {

// The key of the object graph, a string scalar.
inline constexpr absl::string_view kObjectGraphKey = "_CHECKPOINTABLE_OBJECT_GRAPH";

std::string IndexPath(absl::string_view prefix);                            // "P.index"
std::string DataPath(absl::string_view prefix, int shard, int num_shards);  // "P.data-00000-of-00001"
// Whether a file's name (without its folder) is that of a data file of the prefix with this base name; which of how
// many.
bool ParseDataName(absl::string_view name, absl::string_view base, int* shard, int* num_shards);

// "a/b" -> "a", "b" -> ".", "a/" -> "a", as the place to look for a file in.
std::string FolderOf(absl::string_view path);
// "a/b" -> "b", "a/" -> "".
std::string BaseOf(absl::string_view path);

// Removes a bundle's files, the index first, so that no moment shows a part of one. Missing ones are no error.
void RemoveBundle(const std::string& prefix);
// Removes the data files of a bundle but those of the form "…-of-`num_shards`".
void RemoveOtherData(const std::string& prefix, int num_shards);

}  // namespace eager::bundle
