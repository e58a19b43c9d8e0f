// Bulk values between host memory and a buffer, piece by piece, in order: what Upload and Download move.
//
// Where the host cannot reach a buffer, the pieces lie in pinned memory, and copying one overlaps with receiving or
// sending the next and with what the device computes. One thread at a time.
#pragma once

#include <cstddef>
#include <memory>

#include "absl/status/statusor.h"
#include "common/ref_counted.h"

namespace eager::server {

class Buffer;

class UploadBuffer {
 public:
  virtual ~UploadBuffer() = default;
  virtual size_t size() const = 0;  // of the buffer
  // Where the next n bytes go, valid until the next call; what was written there before is on its way.
  // INVALID_ARGUMENT if more than size() come in all.
  virtual absl::StatusOr<char*> Room(size_t n) = 0;
  // The buffer, with all bytes in it. INVALID_ARGUMENT if some are missing.
  virtual absl::StatusOr<RefPtr<Buffer>> Finish() = 0;
};

// Bytes in host memory, there as long as `keep` is held.
struct HostPiece {
  const char* data = nullptr;
  size_t size = 0;
  std::shared_ptr<void> keep;
};

class DownloadBuffer {
 public:
  virtual ~DownloadBuffer() = default;
  // The next at most n bytes; of size 0 at the end. May wait for the device.
  virtual absl::StatusOr<HostPiece> Next(size_t n) = 0;
};

}  // namespace eager::server
