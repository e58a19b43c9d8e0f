// What the tests of data files share.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>

#include "client/error.h"
#include "tests/support/temp_folder.h"

namespace eager::testing {

class DataFolder : public TempFolder {
 public:
  std::string WriteGzip(const std::string& name, const std::string& bytes) const {
    const std::string path = *this / name;
    gzFile file = gzopen(path.c_str(), "wb");
    gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(file);
    return path;
  }
};

// The code and text of the Error that a call throws; OK if it does not.
inline absl::Status StatusOf(const auto& call) {
  try {
    call();
    return absl::OkStatus();
  } catch (const Error& e) {
    return e.status();
  }
}

// A number's bytes, most significant first.
inline std::string BigEndian32(uint32_t v) {
  return {static_cast<char>(v >> 24), static_cast<char>(v >> 16), static_cast<char>(v >> 8), static_cast<char>(v)};
}

}  // namespace eager::testing
