// All sessions of a daemon, by token.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "common/mutex.h"
#include "server/session/session.h"

namespace eager::server {

// Thread-safe. Sessions are shared with the calls that use them; the last one to let go frees it.
class SessionRegistry {
 public:
  explicit SessionRegistry(const DeviceSet& devices) : devices_(devices) {}

  // INVALID_ARGUMENT for a token of under 16 bytes, ALREADY_EXISTS for one in use.
  absl::StatusOr<std::shared_ptr<Session>> Open(absl::string_view token, const Caller& caller, std::string client,
                                                std::string peer);
  // NOT_FOUND for an unknown token, and for one of another tenant.
  absl::StatusOr<std::shared_ptr<Session>> Find(absl::string_view token, const Caller& caller) const;
  void Close(absl::string_view token, const absl::Status& why);
  std::vector<std::shared_ptr<Session>> List() const;
  const DeviceSet& devices() const { return devices_; }
  TenantSet& tenants() { return tenants_; }

 private:
  const DeviceSet& devices_;
  TenantSet tenants_;
  mutable Mutex mu_;
  absl::flat_hash_map<std::string, std::shared_ptr<Session>> sessions_ ABSL_GUARDED_BY(mu_);
};

}  // namespace eager::server
