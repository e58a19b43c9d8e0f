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

int64_t DeviceQueues::bytes() const {
  int64_t bytes = 0;
  for (const auto& [device, on_it] : bytes_by_device()) bytes += on_it;
  return bytes;
}

std::vector<std::pair<std::string, int64_t>> DeviceQueues::bytes_by_device() const {
  std::vector<std::pair<std::string, int64_t>> bytes;
  MutexLock lock(&mu_);
  for (size_t i = 0; i < queues_.size(); ++i) {
    auto* charged = dynamic_cast<ChargedQueue*>(queues_[i]);
    MemoryAccount* account = charged == nullptr ? nullptr : charged->account();
    if (account != nullptr) bytes.emplace_back(devices_.devices()[i]->attributes().name, account->bytes());
  }
  return bytes;
}

Device& DeviceQueues::Open(Device& device) {
  MutexLock lock(&mu_);
  for (size_t i = 0; i < queues_.size(); ++i) {
    if (devices_.devices()[i].get() != &device) continue;
    if (queues_[i] != nullptr) return *queues_[i];
    queues_[i] = &device.OpenQueue();
    auto* charged = dynamic_cast<ChargedQueue*>(queues_[i]);
    MemoryAccount* account = charged == nullptr ? nullptr : charged->account();
    if (account != nullptr) {
      MemoryTerms terms = terms_ ? terms_(device) : MemoryTerms();
      account->Open(std::move(terms.name), terms.limit, std::move(terms.tenant));
    }
    return *queues_[i];
  }
  return device;
}

}  // namespace eager::server
