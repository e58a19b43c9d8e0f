#include "server/device/cpu/host_memory.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace eager::server {

int64_t HostMemoryBytes() {
  int64_t memory = static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<int64_t>(sysconf(_SC_PAGE_SIZE));
  for (const char* path : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    int64_t limit = 0;  // the file says "max" for none
    if (std::ifstream(path) >> limit && limit > 0) memory = std::min(memory, limit);
  }
  return memory;
}

}  // namespace eager::server
