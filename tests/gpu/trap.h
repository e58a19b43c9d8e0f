// A kernel that fails, as one with a bug would.
#pragma once

#include <cuda_runtime_api.h>

namespace eager::server {

// Ends the device's context once `stream` comes to it.
void LaunchTrap(cudaStream_t stream);

}  // namespace eager::server
