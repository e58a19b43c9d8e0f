// Who uses the daemon. What outlives a session, and every limit across sessions, belongs to a tenant.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "common/mutex.h"

namespace eager::server {

// Who makes a call, as the front door found out (rpc/).
struct Caller {
  std::string tenant = "default";
  // May see and end what belongs to other tenants, and change devices.
  bool admin = true;
};

// Thread-safe. Lives as long as a session of it, and as long as the daemon where something of it outlives its sessions.
class Tenant {
 public:
  explicit Tenant(std::string name) : name_(std::move(name)) {}

  const std::string& name() const { return name_; }

 private:
  const std::string name_;
};

// All tenants by name. Thread-safe.
class TenantSet {
 public:
  // Makes it where there is none.
  std::shared_ptr<Tenant> Get(const std::string& name) {
    MutexLock lock(&mu_);
    std::shared_ptr<Tenant>& tenant = tenants_[name];
    if (tenant == nullptr) tenant = std::make_shared<Tenant>(name);
    return tenant;
  }

 private:
  Mutex mu_;
  absl::flat_hash_map<std::string, std::shared_ptr<Tenant>> tenants_ ABSL_GUARDED_BY(mu_);
};

}  // namespace eager::server
