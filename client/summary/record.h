// The framing of TensorFlow's record files (TFRecord): length, its checksum, data, its checksum.
//
//   fixed64 length ‖ fixed32 masked crc32c(those 8 bytes) ‖ data ‖ fixed32 masked crc32c(data), all little-endian
#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace eager::internal {

void AppendRecord(absl::string_view data, std::string& file);

// How many of the first `size` bytes of `records`, which AppendRecord wrote, are whole records.
size_t WholeRecords(absl::string_view records, size_t size);

}  // namespace eager::internal
