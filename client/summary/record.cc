#include "client/summary/record.h"

#include <bit>
#include <cstdint>
#include <cstring>

#include "common/crc32c.h"

namespace eager::internal {
namespace {

static_assert(std::endian::native == std::endian::little, "fixed-width integers are copied as they lie in memory");

constexpr size_t kHeader = sizeof(uint64_t) + sizeof(uint32_t);
constexpr size_t kFooter = sizeof(uint32_t);

template <class T>
void AppendFixed(T value, std::string& out) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

}  // namespace

void AppendRecord(absl::string_view data, std::string& file) {
  const uint64_t length = data.size();
  
  AppendFixed(length, file);
  AppendFixed(MaskCrc32c(Crc32c({reinterpret_cast<const char*>(&length), sizeof(length)})), file);
  file.append(data.data(), data.size());
  AppendFixed(MaskCrc32c(Crc32c(data)), file);
}

size_t WholeRecords(absl::string_view records, size_t size) {
  size_t end = 0;
  while (size - end >= kHeader + kFooter) {
    uint64_t length;
    std::memcpy(&length, records.data() + end, sizeof(length));
    if (length > size - end - kHeader - kFooter) break;
    end += kHeader + length + kFooter;
  }
  return end;
}

}  // namespace eager::internal
