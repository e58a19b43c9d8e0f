// Files to read from, plain or compressed with gzip, and sizes that their headers claim.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/host_tensor.h"

namespace eager::data::internal {

// What data that is `packed` bytes long may unpack to: 256 times as much, or 256 MiB if that is more. Deflate packs zeros 1032
// to 1, so that a small file could fill any memory; hardly any data but a bomb's packs so well.
uint64_t MostUnpacked(uint64_t packed);

// Reads from the start to the end. Errors name the file: NOT_FOUND, DATA_LOSS for what ends early or does not unpack,
// RESOURCE_EXHAUSTED for what unpacks to more than it may.
class InputFile {
 public:
  static absl::StatusOr<InputFile> Open(const std::string& path);
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&&) = delete;
  ~InputFile();

  const std::string& path() const { return path_; }
  // Exactly n bytes.
  absl::Status Read(void* to, size_t n);
  // As many bytes as there are, at most n; 0 at the end.
  absl::StatusOr<size_t> ReadSome(char* to, size_t n);
  // DATA_LOSS unless this is the end.
  absl::Status ExpectEnd();
  // DATA_LOSS if the file cannot hold `n` more bytes, so that nobody allocates what a broken header asks for: a plain
  // file has its size, and gzip packs at most 1032 to 1. RESOURCE_EXHAUSTED if it may not.
  absl::Status CheckPlausible(uint64_t n) const;

 private:
  InputFile(std::string path, gzFile file, uint64_t size) : path_(std::move(path)), file_(file), size_(size) {}
  absl::Status Lost(const std::string& why) const;
  absl::Status Bomb() const;

  std::string path_;
  gzFile file_;
  uint64_t size_;      // on disk
  uint64_t read_ = 0;  // so far, unpacked
};

// "PATH: message"
absl::Status FileError(absl::StatusCode code, const std::string& path, const std::string& message);

// A tensor whose bytes are still to be read. INVALID_ARGUMENT for extents whose product overflows.
absl::StatusOr<HostTensor> MakeTensor(DType dtype, absl::Span<const int64_t> dims, const InputFile& file);

// Turns the bytes of every `width`-byte number around.
void SwapBytes(char* bytes, size_t num_bytes, size_t width);

}  // namespace eager::data::internal
