#include <cstring>

#include "server/device/cuda/store_bytes.h"

namespace eager::server {
namespace {

struct Bytes {
  char data[kMaxStoredBytes];
};

__global__ void Store(Bytes bytes, unsigned n, char* to) {
  if (threadIdx.x < n) to[threadIdx.x] = bytes.data[threadIdx.x];
}

}  // namespace

cudaError_t StoreBytes(const void* host, size_t n, void* to, cudaStream_t stream) {
  Bytes bytes;
  std::memcpy(bytes.data, host, n);
  Store<<<1, kMaxStoredBytes, 0, stream>>>(bytes, static_cast<unsigned>(n), static_cast<char*>(to));
  return cudaGetLastError();
}

}  // namespace eager::server
