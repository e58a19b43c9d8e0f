// The GPUs of this host, for a device set. A build without CUDA has none (cuda_stub.cc).
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/device/device.h"

namespace eager::server {

struct GpuOptions {
  int64_t memory_limit = 0;  // bytes for tensors on each; 0: what is free at the start, but for a reserve
  bool tf32 = true;          // products and convolutions of float32 may round their operands, as TensorFlow's do
};

// How many GPUs can be used; if none, `why_none` says why: no CUDA in this build, no driver, no GPU.
int CountGpus(std::string* why_none);

// GPU `ordinal`. NOT_FOUND if there is none of that number, saying why; INTERNAL if it cannot be used.
absl::StatusOr<std::unique_ptr<Device>> MakeGpu(int ordinal, const GpuOptions& options);

}  // namespace eager::server
