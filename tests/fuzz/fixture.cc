#include "tests/fuzz/fixture.h"

#include "google/protobuf/stubs/logging.h"
#include "server/device/cpu/compute.h"

namespace eager::fuzz {

const server::DeviceSet& Devices() {
  static const server::DeviceSet* devices = [] {
    server::SetComputeThreads(1);
    google::protobuf::SetLogHandler(nullptr);  // it tells of every string that is not UTF-8
    return server::DeviceSet::Make({"cpu", kMemoryLimit}).value().release();
  }();
  return *devices;
}

void Fail(absl::string_view what) {
  std::fprintf(stderr, "the server is wrong: %s\n", std::string(what).c_str());
  std::abort();
}

void CheckNothingIsHeld() {
  const server::MemoryStats stats = Devices().default_device().memory_stats();
  if (stats.live_buffers == 0 && stats.bytes_in_use == 0) return;
  Fail(absl::StrCat(stats.live_buffers, " buffers with ", stats.bytes_in_use, " bytes are left after the session"));
}

}  // namespace eager::fuzz
