// A few bytes written to a device's memory by a kernel's parameters: sooner there than through a copy engine.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>

namespace eager::server {

inline constexpr size_t kMaxStoredBytes = 64;

// Writes n <= kMaxStoredBytes bytes of `host`, which may be reused at once, to `to` in the stream's order.
cudaError_t StoreBytes(const void* host, size_t n, void* to, cudaStream_t stream);

}  // namespace eager::server
