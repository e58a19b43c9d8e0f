#include "common/crc32c.h"

#include <isa-l/crc.h>

#include <algorithm>
#include <cstddef>

namespace eager {

uint32_t ExtendCrc32c(uint32_t crc, absl::string_view bytes) {
  // ISA-L takes lengths as int, and wants neither the initial nor the final xor. It only reads what it is given.
  constexpr size_t kMost = size_t{1} << 30;
  while (!bytes.empty()) {
    const absl::string_view part = bytes.substr(0, std::min(bytes.size(), kMost));
    auto* data = reinterpret_cast<unsigned char*>(const_cast<char*>(part.data()));
    crc = ~crc32_iscsi(data, static_cast<int>(part.size()), ~crc);
    bytes.remove_prefix(part.size());
  }
  return crc;
}

}  // namespace eager
