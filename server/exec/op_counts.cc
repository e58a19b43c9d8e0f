#include "server/exec/op_counts.h"

#include <map>
#include <memory>

#include "common/mutex.h"
#include "common/ops/op_table.h"

namespace eager::server {
namespace {

struct Devices {
  Mutex mu;
  std::map<std::string, std::unique_ptr<OpCounts>> by_name ABSL_GUARDED_BY(mu);

  static Devices& Get() {
    static auto* devices = new Devices();
    return *devices;
  }
};

}  // namespace

OpCounts& OpCounts::Of(const std::string& device) {
  Devices& devices = Devices::Get();
  MutexLock lock(&devices.mu);
  std::unique_ptr<OpCounts>& counts = devices.by_name[device];
  if (counts == nullptr) counts = std::make_unique<OpCounts>(device);
  return *counts;
}

std::vector<OpCounts*> OpCounts::All() {
  Devices& devices = Devices::Get();
  std::vector<OpCounts*> all;
  MutexLock lock(&devices.mu);
  for (const auto& [name, counts] : devices.by_name) all.push_back(counts.get());
  return all;
}

OpCounts::OpCounts(std::string device)
    : device_(std::move(device)),
      rows_(static_cast<size_t>(OpTable::Builtin().size())),
      failures_(static_cast<size_t>(OpTable::Builtin().size()) * kStatusCodes) {}

}  // namespace eager::server
