// A build without CUDA: no GPUs.
#include "server/device/cuda_devices.h"

namespace eager::server {

int CountGpus(std::string* why_none) {
  *why_none = "this build of eagerd has no CUDA";
  return 0;
}

absl::StatusOr<std::unique_ptr<Device>> MakeGpu(int, const GpuOptions&) {
  return absl::NotFoundError("this build of eagerd has no CUDA");
}

}  // namespace eager::server
