// Zip archives, as far as NumPy's .npz needs them: entries stored or deflated, with the 64-bit extension
// (PKWARE's APPNOTE.TXT, sections 4.3 to 4.5).
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace eager::data::internal {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using FileRef = std::unique_ptr<std::FILE, CloseFile>;

struct ZipEntry {
  std::string name;
  uint16_t flags = 0;
  uint16_t method = 0;  // 0: stored, 8: deflated
  uint32_t crc = 0;
  uint64_t packed_size = 0;
  uint64_t size = 0;
  uint64_t offset = 0;  // of the local header
};

// Errors name the file: INVALID_ARGUMENT for what is no zip archive, DATA_LOSS for a broken one, RESOURCE_EXHAUSTED for one
// that unpacks to more than a file of its size may (input_file.h).
class ZipReader {
 public:
  static absl::StatusOr<ZipReader> Open(const std::string& path);
  const std::vector<ZipEntry>& entries() const { return entries_; }
  // Unpacked, and its checksum compared.
  absl::StatusOr<std::string> Read(const ZipEntry& entry) const;

 private:
  absl::StatusOr<std::string> Bytes(uint64_t offset, uint64_t n) const;
  absl::Status ReadDirectory();
  absl::Status Broken(absl::string_view why) const;

  std::string path_;
  FileRef file_;
  uint64_t file_size_ = 0;
  std::vector<ZipEntry> entries_;
};

// A new file that takes the place of `path` when it is complete: who fails in between leaves the old one as it was.
class OutputFile {
 public:
  static absl::StatusOr<OutputFile> Create(const std::string& path);
  OutputFile(OutputFile&&) = default;
  ~OutputFile();
  absl::Status Write(absl::string_view bytes);
  uint64_t written() const { return written_; }
  absl::Status Commit();

 private:
  OutputFile() = default;
  absl::Status Failed() const;
  std::string path_, temporary_;
  FileRef file_;
  uint64_t written_ = 0;
};

// Adds entries to a file.
class ZipWriter {
 public:
  explicit ZipWriter(OutputFile& file) : file_(file) {}
  absl::Status Add(const std::string& name, absl::string_view bytes, bool deflate);
  // The directory; then the file can be committed.
  absl::Status Finish();

 private:
  OutputFile& file_;
  std::vector<ZipEntry> entries_;
};

}  // namespace eager::data::internal
