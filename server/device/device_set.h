// The devices that a daemon serves.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/device/cuda_devices.h"

namespace eager::server {

struct DeviceOptions {
  // Comma-separated: "cpu", "gpu:0", …; "gpu" for every GPU; "auto" for every GPU that there is, and the CPU. The first is
  // the default one. The CPU is always there, last if it is not named.
  std::string devices = "cpu";
  int64_t cpu_memory_limit = 0;  // bytes; 0: the host's memory
  GpuOptions gpu;
};

// Immutable after Make(); owns the devices, which outlive every buffer on them.
class DeviceSet {
 public:
  // INVALID_ARGUMENT for a word that is no device; NOT_FOUND for one that this host or this build does not have.
  static absl::StatusOr<std::unique_ptr<DeviceSet>> Make(const DeviceOptions& options);

  // The device that a name stands for: "" (the default), "/cpu:0", "CPU:0", "/device:CPU:0",
  // "/job:…/device:GPU:1"; case does not matter. INVALID_ARGUMENT listing what there is.
  absl::StatusOr<Device*> Find(absl::string_view name) const;
  Device& default_device() const { return *devices_[0]; }
  // Where host values live.
  Device& host() const { return *host_; }
  const std::vector<std::unique_ptr<Device>>& devices() const { return devices_; }
  // Why "auto" found no GPU; empty if it did, or was not asked.
  const std::string& why_no_gpu() const { return why_no_gpu_; }

 private:
  absl::Status Add(absl::string_view word, const DeviceOptions& options);
  absl::Status AddGpu(int ordinal, const DeviceOptions& options);
  absl::Status AddCpu(const DeviceOptions& options);

  std::vector<std::unique_ptr<Device>> devices_;
  Device* host_ = nullptr;
  std::string why_no_gpu_;
};

}  // namespace eager::server
