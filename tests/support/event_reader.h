// A reader of event files that shares nothing with the writer: records and checksums by their definition, the messages
// by their field numbers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "common/host_tensor.h"

namespace eager::testing {

struct ReadEvent {
  size_t bytes = 0;  // of the record's data
  std::string data;
  double wall_time = 0;
  int64_t step = 0;
  std::string file_version;
  std::string writer;
  std::string tag;
  HostTensor value;
  std::string plugin;
  std::string plugin_content;
  std::string description;
};

// Every event of the file. Throws std::runtime_error for whatever is not as the format says: a record that is cut off, a
// wrong checksum, a field of another number or type.
std::vector<ReadEvent> ReadEvents(const std::filesystem::path& file);
// The only event file in a folder.
std::filesystem::path OnlyFile(const std::filesystem::path& folder);

}  // namespace eager::testing
