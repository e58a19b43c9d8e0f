// One user's queues on the devices of a daemon.
#pragma once

#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/mutex.h"
#include "server/device/device_set.h"

namespace eager::server {

// Opens a queue on a device when it is first asked for, and closes all with itself: nobody may use them then but to free
// buffers. Thread-safe.
class DeviceQueues {
 public:
  explicit DeviceQueues(const DeviceSet& devices) : devices_(devices), queues_(devices.devices().size()) {}
  ~DeviceQueues();
  DeviceQueues(const DeviceQueues&) = delete;
  DeviceQueues& operator=(const DeviceQueues&) = delete;

  // The queue on the device that a name stands for; errors as DeviceSet::Find's.
  absl::StatusOr<Device*> Find(absl::string_view name);
  Device& default_device() { return Open(devices_.default_device()); }
  Device& host() const { return devices_.host(); }
  const DeviceSet& devices() const { return devices_; }

 private:
  Device& Open(Device& device);

  const DeviceSet& devices_;
  Mutex mu_;
  std::vector<Device*> queues_ ABSL_GUARDED_BY(mu_);  // as devices_.devices(); null: not open
};

}  // namespace eager::server
