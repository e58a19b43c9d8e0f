#include "tests/fuzz/files.h"

#include <stdlib.h>

#include <fstream>

#include "absl/strings/str_cat.h"

namespace eager::fuzz {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::error_code error;
    const fs::path memory = "/dev/shm";
    std::string name = ((fs::is_directory(memory, error) ? memory : fs::temp_directory_path()) / "eager-fuzz-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) Fail("no folder for files can be made");
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

const fs::path& FolderPath() {
  static const Folder folder;
  return folder.path();
}

}  // namespace

std::string FileName(absl::string_view name) { return (FolderPath() / std::string(name)).string(); }

std::string WriteFile(absl::string_view name, absl::string_view bytes) {
  const std::string path = FileName(name);
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return path;
}

void RemoveFiles() {
  for (const fs::directory_entry& entry : fs::directory_iterator(FolderPath())) fs::remove_all(entry.path());
}

}  // namespace eager::fuzz
