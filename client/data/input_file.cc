#include "client/data/input_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace eager::data::internal {

absl::Status FileError(absl::StatusCode code, const std::string& path, const std::string& message) {
  return absl::Status(code, absl::StrCat(path, ": ", message));
}

absl::StatusOr<InputFile> InputFile::Open(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) {
    const bool missing = errno == ENOENT || errno == ENOTDIR;
    return FileError(missing ? absl::StatusCode::kNotFound : absl::StatusCode::kPermissionDenied, path,
                     std::strerror(errno));
  }
  if (S_ISDIR(info.st_mode)) return FileError(absl::StatusCode::kInvalidArgument, path, "this is a folder");
  errno = 0;
  gzFile file = gzopen(path.c_str(), "rb");  // reads plain files as they are
  if (file == nullptr) {
    return FileError(absl::StatusCode::kPermissionDenied, path, errno != 0 ? std::strerror(errno) : "cannot be opened");
  }
  gzbuffer(file, 1 << 17);
  return InputFile(path, file, static_cast<uint64_t>(info.st_size));
}

InputFile::InputFile(InputFile&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::exchange(other.file_, nullptr)),
      size_(other.size_),
      read_(other.read_) {}

InputFile::~InputFile() {
  if (file_ != nullptr) gzclose(file_);
}

uint64_t MostUnpacked(uint64_t packed) {
  constexpr uint64_t kRatio = 256, kAlways = 256 << 20;
  return packed > UINT64_MAX / kRatio ? UINT64_MAX : std::max(kAlways, packed * kRatio);
}

absl::Status InputFile::Bomb() const {
  return FileError(absl::StatusCode::kResourceExhausted, path_,
                   absl::StrCat("its ", size_, " bytes unpack to more than ", MostUnpacked(size_),
                                ", which only a file made to fill memory should do: gunzip it first if it is to be trusted"));
}

absl::Status InputFile::Lost(const std::string& why) const {
  return FileError(absl::StatusCode::kDataLoss, path_, why);
}

absl::StatusOr<size_t> InputFile::ReadSome(char* to, size_t n) {
  size_t done = 0;
  while (done < n) {
    const auto chunk = static_cast<unsigned>(std::min<size_t>(n - done, 1 << 30));
    const int got = gzread(file_, to + done, chunk);
    if (got == 0) break;
    if (got < 0) {
      int code = Z_OK;
      const char* message = gzerror(file_, &code);
      return Lost(code == Z_BUF_ERROR ? "the compressed data ends early" : absl::StrCat("cannot be read: ", message));
    }
    done += static_cast<size_t>(got);
    read_ += static_cast<uint64_t>(got);
    if (read_ > MostUnpacked(size_) && gzdirect(file_) == 0) return Bomb();
  }
  // A gzip stream that is cut off between two blocks gives no error but this.
  int code = Z_OK;
  gzerror(file_, &code);
  if (done < n && code == Z_BUF_ERROR) return Lost("the compressed data ends early");
  return done;
}

absl::Status InputFile::Read(void* to, size_t n) {
  ASSIGN_OR_RETURN(const size_t got, ReadSome(static_cast<char*>(to), n));
  if (got < n) return Lost(absl::StrCat("ends early: ", n, " bytes were expected where ", got, " are left"));
  return absl::OkStatus();
}

absl::Status InputFile::ExpectEnd() {
  char more;
  ASSIGN_OR_RETURN(const size_t got, ReadSome(&more, 1));
  return got == 0 ? absl::OkStatus() : Lost("has more bytes than its header says");
}

absl::Status InputFile::CheckPlausible(uint64_t n) const {
  constexpr uint64_t kBestRatio = 1032;
  const uint64_t most = gzdirect(file_) != 0              ? size_
                        : size_ > UINT64_MAX / kBestRatio ? UINT64_MAX
                                                          : size_ * kBestRatio;
  if (n <= most) return n > MostUnpacked(size_) && gzdirect(file_) == 0 ? Bomb() : absl::OkStatus();
  return Lost(absl::StrCat("ends early: its header asks for ", n, " bytes, but the file has only ", size_));
}

absl::StatusOr<HostTensor> MakeTensor(DType dtype, absl::Span<const int64_t> dims, const InputFile& file) {
  const auto shape = Shape::Make(dims);
  uint64_t bytes = 0;
  if (!shape.ok() || __builtin_mul_overflow(static_cast<uint64_t>(shape->num_elements()), SizeOf(dtype), &bytes)) {
    return FileError(absl::StatusCode::kInvalidArgument, file.path(), "its header asks for an impossible shape");
  }
  RETURN_IF_ERROR(file.CheckPlausible(bytes));
  return HostTensor(TensorSpec{dtype, *shape}, /*zero=*/false);
}

void SwapBytes(char* bytes, size_t num_bytes, size_t width) {
  for (size_t i = 0; width > 1 && i + width <= num_bytes; i += width) std::reverse(bytes + i, bytes + i + width);
}

}  // namespace eager::data::internal
