// Chunks of bulk bytes, read and written around protobuf, so that tensor bytes are copied once, into their place.
//
// UploadChunk and DownloadChunk have one form: field 1 is a header message, field 2 the data. A sender lays out the few
// bytes before the data (ChunkPrefix) and lets the transport send the tensor's own memory after them.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/tensor_spec.h"
#include "google/protobuf/io/zero_copy_stream.h"
#include "google/protobuf/message_lite.h"

namespace eager {

// Data bytes in a chunk: large enough that the cost of a message does not show, small enough to overlap with the wire.
inline constexpr size_t kChunkBytes = 1 << 20;

// The bytes of a chunk before its `num_bytes` of data; `header` may be null.
std::string ChunkPrefix(const google::protobuf::MessageLite* header, size_t num_bytes);

// Whether a tensor of `spec` can have `num_bytes` of values, as the header of a transfer claims before any came.
absl::Status CheckTransfer(const TensorSpec& spec, uint64_t num_bytes);

// Where a received chunk's data goes: Room() returns the place for the next n bytes, or INVALID_ARGUMENT if they are too
// many. Asked once a chunk, after the header was parsed.
class ChunkSink {
 public:
  virtual ~ChunkSink() = default;
  // `header` is parsed and present. An error ends the reading.
  virtual absl::Status OnHeader() = 0;
  virtual absl::StatusOr<char*> Room(size_t n) = 0;
};

// Reads one chunk: parses `header` if there is one, copies the data to where the sink says. INVALID_ARGUMENT for bytes
// that are no chunk or more data than there is room.
absl::Status ReadChunk(google::protobuf::io::ZeroCopyInputStream* bytes, google::protobuf::MessageLite* header,
                       ChunkSink& sink);

}  // namespace eager
