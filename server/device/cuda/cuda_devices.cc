#include "server/device/cuda_devices.h"

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/device/cuda/cuda_device.h"

namespace eager::server {

int CountGpus(std::string* why_none) {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  if (error != cudaSuccess) {
    cudaGetLastError();
    count = 0;
    *why_none = error == cudaErrorInsufficientDriver
                    ? "there is no NVIDIA driver for this build's CUDA"
                    : absl::StrCat("CUDA says: ", cudaGetErrorString(error));
  } else if (count == 0) {
    *why_none = "the driver sees no GPU";
  }
  return count;
}

absl::StatusOr<std::unique_ptr<Device>> MakeGpu(int ordinal, const GpuOptions& options) {
  std::string why;
  const int count = CountGpus(&why);
  if (ordinal < 0 || ordinal >= count) {
    return absl::NotFoundError(count == 0 ? absl::StrCat("there is no GPU: ", why)
                                          : absl::StrCat("this host has GPUs 0 to ", count - 1));
  }
  return CudaDevice::Make(ordinal, options);
}

}  // namespace eager::server
