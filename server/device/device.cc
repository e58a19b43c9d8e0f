#include "server/device/device.h"

#include "absl/strings/str_cat.h"

namespace eager::server {

absl::Status Device::Reset() {
  return absl::UnimplementedError(absl::StrCat(attributes().name, " has nothing that could be reset"));
}

absl::Status Device::CopyFromDevice(const Buffer& from, size_t offset, size_t bytes, Buffer& to) {
  return from.device()->CopyToHost(from, offset, bytes, to.data());  // only devices beyond the host have another way
}

}  // namespace eager::server
