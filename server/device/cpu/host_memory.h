// How much memory this process may have.
#pragma once

#include <cstdint>

namespace eager::server {

// Of the host, or of the container that the process runs in: beyond it the kernel ends the process.
int64_t HostMemoryBytes();

}  // namespace eager::server
