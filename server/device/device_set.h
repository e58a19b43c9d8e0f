// The devices that a daemon serves.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/device/device.h"

namespace eager::server {

// Immutable after Make(); owns the devices, which outlive every buffer on them.
class DeviceSet {
 public:
  // `devices`: "cpu", "gpu:0", …, comma-separated. INVALID_ARGUMENT for a word that is no device; NOT_FOUND for one that
  // this host or this build does not have. `cpu_memory_limit` in bytes, 0: the host's memory.
  static absl::StatusOr<std::unique_ptr<DeviceSet>> Make(absl::string_view devices, int64_t cpu_memory_limit);

  // The device that a name stands for: "" (the default), "/cpu:0", "CPU:0", "/device:CPU:0",
  // "/job:…/device:GPU:1"; case does not matter. INVALID_ARGUMENT listing what there is.
  absl::StatusOr<Device*> Find(absl::string_view name) const;
  Device& default_device() const { return *devices_[0]; }
  // Where host values live.
  Device& host() const { return *host_; }
  const std::vector<std::unique_ptr<Device>>& devices() const { return devices_; }

 private:
  std::vector<std::unique_ptr<Device>> devices_;
  Device* host_ = nullptr;
};

}  // namespace eager::server
