#include "common/bundle/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <random>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/bundle/naming.h"
#include "common/status_macros.h"

namespace eager::bundle {
namespace {

constexpr absl::string_view kTemporary = ".tempstate";  // as TensorFlow names them
constexpr size_t kBufferBytes = 256 << 10;

absl::Status Failed(absl::string_view what, const std::string& path, int error = errno) {
  return absl::ErrnoToStatus(error, absl::StrCat(path, ": ", what));
}

}  // namespace

absl::StatusOr<std::unique_ptr<OutputFile>> OutputFile::Create(const std::string& path) {
  std::random_device random;
  std::string temporary =
      absl::StrCat(path, kTemporary, absl::Hex(random(), absl::kZeroPad8), absl::Hex(random(), absl::kZeroPad8));
  const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) return Failed("cannot be written", path);
  flock(fd, LOCK_EX | LOCK_NB);  // shows RemoveLeftovers that the writer lives
  return std::unique_ptr<OutputFile>(new OutputFile(std::move(temporary), fd));
}

OutputFile::~OutputFile() {
  if (!renamed_) unlink(path_.c_str());
  close(fd_);
}

absl::Status OutputFile::Write(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Failed("cannot be written", path_);
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return absl::OkStatus();
}

absl::Status OutputFile::Append(absl::string_view bytes) {
  size_ += bytes.size();
  if (buffer_.size() + bytes.size() > kBufferBytes) {
    RETURN_IF_ERROR(Write(buffer_));
    buffer_.clear();
  }
  if (bytes.size() > kBufferBytes) return Write(bytes);
  absl::StrAppend(&buffer_, bytes);
  return absl::OkStatus();
}

absl::Status OutputFile::Sync() {
  RETURN_IF_ERROR(Write(buffer_));
  buffer_.clear();
  return fsync(fd_) == 0 ? absl::OkStatus() : Failed("cannot be written", path_);
}

absl::Status OutputFile::RenameTo(const std::string& path) {
  if (rename(path_.c_str(), path.c_str()) != 0) return Failed("cannot be replaced", path);
  renamed_ = true;
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<InputFile>> InputFile::Open(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Failed("cannot be read", path);
  struct stat info;
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    close(fd);
    return absl::InvalidArgumentError(absl::StrCat(path, ": is no file"));
  }
  return std::unique_ptr<InputFile>(new InputFile(path, fd, static_cast<uint64_t>(info.st_size)));
}

InputFile::~InputFile() { close(fd_); }

absl::Status InputFile::ReadAt(uint64_t offset, char* to, size_t n) const {
  while (n > 0) {
    const ssize_t got = pread(fd_, to, n, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failed("cannot be read", path_);
    if (got == 0) return absl::DataLossError(absl::StrCat(path_, ": ends at byte ", offset, ", more was expected"));
    offset += static_cast<uint64_t>(got);
    to += got;
    n -= static_cast<size_t>(got);
  }
  return absl::OkStatus();
}

absl::Status MakeFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return Failed("the folder cannot be made", path, error.value());
  return absl::OkStatus();
}

absl::Status SyncFolder(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return Failed("the folder cannot be opened", path);
  const bool synced = fsync(fd) == 0 || errno == EINVAL;  // some file systems do not sync folders
  const int error = errno;
  close(fd);
  return synced ? absl::OkStatus() : Failed("the folder cannot be written", path, error);
}

absl::Status ReplaceFile(const std::string& path, absl::string_view content) {
  ASSIGN_OR_RETURN(const std::unique_ptr<OutputFile> file, OutputFile::Create(path));
  RETURN_IF_ERROR(file->Append(content));
  RETURN_IF_ERROR(file->Sync());
  RETURN_IF_ERROR(file->RenameTo(path));
  return SyncFolder(FolderOf(path));
}

void RemoveLeftovers(const std::string& folder, const std::string& base) {
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!absl::StartsWith(name, absl::StrCat(base, ".")) || !absl::StrContains(name, kTemporary)) continue;
    const int fd = open(it->path().c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) continue;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) unlink(it->path().c_str());
    close(fd);
  }
}

}  // namespace eager::bundle
