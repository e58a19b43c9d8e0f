// One user's queues on the devices of a daemon.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/mutex.h"
#include "server/device/device_set.h"
#include "server/device/memory_account.h"

namespace eager::server {

// How much of a device's memory a user may have: see MemoryAccount::Open.
struct MemoryTerms {
  std::string name;
  int64_t limit = 0;
  std::shared_ptr<SharedAmount> tenant;
};

// Opens a queue on a device when it is first asked for, and closes all with itself: nobody may use them then but to free
// buffers. Thread-safe.
class DeviceQueues {
 public:
  using TermsOf = std::function<MemoryTerms(const Device&)>;

  // `terms`: what holds on a device, asked once for each; without it nothing does.
  explicit DeviceQueues(const DeviceSet& devices, TermsOf terms = nullptr)
      : devices_(devices), terms_(std::move(terms)), queues_(devices.devices().size()) {}
  ~DeviceQueues();
  DeviceQueues(const DeviceQueues&) = delete;
  DeviceQueues& operator=(const DeviceQueues&) = delete;

  // The queue on the device that a name stands for; errors as DeviceSet::Find's.
  absl::StatusOr<Device*> Find(absl::string_view name);
  Device& default_device() { return Open(devices_.default_device()); }
  Device& host() { return Open(devices_.host()); }
  const DeviceSet& devices() const { return devices_; }
  // What is allocated on its queues and still lives, on all devices together.
  int64_t bytes() const;
  // The same on each device that has been used, by its name.
  std::vector<std::pair<std::string, int64_t>> bytes_by_device() const;

 private:
  Device& Open(Device& device);

  const DeviceSet& devices_;
  const TermsOf terms_;
  mutable Mutex mu_;
  std::vector<Device*> queues_ ABSL_GUARDED_BY(mu_);  // as devices_.devices(); null: not open
};

}  // namespace eager::server
