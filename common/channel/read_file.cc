#include "common/channel/read_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace eager {

// Not by std::ifstream, which throws when it comes upon a folder.
absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  std::string text;
  ssize_t n = file < 0 ? -1 : 1;
  while (n > 0) {
    char block[4096];
    n = read(file, block, sizeof(block));
    if (n > 0) text.append(block, static_cast<size_t>(n));
  }
  const int error = errno;
  if (file >= 0) close(file);
  if (n < 0) return absl::InvalidArgumentError(absl::StrCat("cannot read ", path, ": ", strerror(error)));
  return text;
}

}  // namespace eager
