#include "server/device/device_queues.h"

#include "common/status_macros.h"

namespace eager::server {

DeviceQueues::~DeviceQueues() {
  for (size_t i = 0; i < queues_.size(); ++i) {
    if (queues_[i] != nullptr) devices_.devices()[i]->CloseQueue(*queues_[i]);
  }
}

absl::StatusOr<Device*> DeviceQueues::Find(absl::string_view name) {
  ASSIGN_OR_RETURN(Device * device, devices_.Find(name));
  return &Open(*device);
}

Device& DeviceQueues::Open(Device& device) {
  MutexLock lock(&mu_);
  for (size_t i = 0; i < queues_.size(); ++i) {
    if (devices_.devices()[i].get() != &device) continue;
    if (queues_[i] == nullptr) queues_[i] = &device.OpenQueue();
    return *queues_[i];
  }
  return device;
}

}  // namespace eager::server
