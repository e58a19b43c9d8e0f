// Who uses the daemon. What outlives a session, and every limit across sessions, belongs to a tenant.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "common/mutex.h"
#include "server/session/named_variables.h"
#include "server/session/tenant_quota.h"

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
  explicit Tenant(std::string name, const Limits& limits = DefaultLimits())
      : name_(std::move(name)), quota_(name_, limits), variables_(quota_.MemoryTermsOfVariables()) {}

  const std::string& name() const { return name_; }
  TenantQuota& quota() { return quota_; }
  NamedVariables& variables() { return variables_; }

 private:
  const std::string name_;
  TenantQuota quota_;
  NamedVariables variables_;
};

// All tenants by name. Thread-safe.
class TenantSet {
 public:
  // Makes it where there is none.
  std::shared_ptr<Tenant> Get(const std::string& name) {
    MutexLock lock(&mu_);
    std::shared_ptr<Tenant>& tenant = tenants_[name];
    if (tenant == nullptr) tenant = std::make_shared<Tenant>(name, limits_.For(name));
    return tenant;
  }
  // Null if nobody has been here under that name.
  std::shared_ptr<Tenant> Find(const std::string& name) const {
    MutexLock lock(&mu_);
    const auto it = tenants_.find(name);
    return it == tenants_.end() ? nullptr : it->second;
  }
  std::vector<std::shared_ptr<Tenant>> List() const {
    std::vector<std::shared_ptr<Tenant>> list;
    MutexLock lock(&mu_);
    for (const auto& [name, tenant] : tenants_) list.push_back(tenant);
    return list;
  }

  // From now on, for tenants that are here as well.
  void SetLimits(LimitSet limits) {
    MutexLock lock(&mu_);
    limits_ = std::move(limits);
    for (const auto& [name, tenant] : tenants_) tenant->quota().Set(limits_.For(name));
  }
  // Of all tenants' sessions together; its limit is the daemon's.
  const std::shared_ptr<SharedAmount>& sessions() const { return sessions_; }

 private:
  const std::shared_ptr<SharedAmount> sessions_ = std::make_shared<SharedAmount>("max-sessions");
  mutable Mutex mu_;
  LimitSet limits_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<std::string, std::shared_ptr<Tenant>> tenants_ ABSL_GUARDED_BY(mu_);
};

}  // namespace eager::server
