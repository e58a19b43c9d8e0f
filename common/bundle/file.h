// Files whose errors name them: RESOURCE_EXHAUSTED for a full disk, PERMISSION_DENIED, NOT_FOUND, as errno has it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace eager::bundle {

// What is written here comes to be under its name only when it is whole: until RenameTo() it has a temporary one beside
// it, and without RenameTo() it is removed. Not thread-safe.
class OutputFile {
 public:
  // For a file that will be `path`, in a folder that exists.
  static absl::StatusOr<std::unique_ptr<OutputFile>> Create(const std::string& path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  absl::Status Append(absl::string_view bytes);
  uint64_t size() const { return size_; }  // bytes appended
  // Waits until the bytes are on the disk.
  absl::Status Sync();
  // After Sync(). Replaces what has that name.
  absl::Status RenameTo(const std::string& path);

 private:
  OutputFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  absl::Status Write(absl::string_view bytes);

  const std::string path_;  // the temporary one
  const int fd_;
  bool renamed_ = false;
  uint64_t size_ = 0;
  std::string buffer_;
};

// Bytes of a file at any place. Stays readable while somebody removes or replaces the file. Thread-safe.
class InputFile {
 public:
  static absl::StatusOr<std::unique_ptr<InputFile>> Open(const std::string& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::string& path() const { return path_; }
  uint64_t size() const { return size_; }  // when it was opened
  // All n bytes from `offset`; DATA_LOSS if the file ends before.
  absl::Status ReadAt(uint64_t offset, char* to, size_t n) const;

 private:
  InputFile(std::string path, int fd, uint64_t size) : path_(std::move(path)), fd_(fd), size_(size) {}

  const std::string path_;
  const int fd_;
  const uint64_t size_;
};

// Makes a folder and those above it, where they are missing.
absl::Status MakeFolder(const std::string& path);
// Waits until renames and removals in a folder are on the disk.
absl::Status SyncFolder(const std::string& path);
// The whole content takes the place of what the file held, or nothing changes.
absl::Status ReplaceFile(const std::string& path, absl::string_view content);
// Removes temporary files of `base`.* in a folder that their writers left behind when they were killed.
void RemoveLeftovers(const std::string& folder, const std::string& base);

}  // namespace eager::bundle
