// A tenant's limits, and what its sessions have of them.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "common/mutex.h"
#include "server/device/cpu/fair_turns.h"
#include "server/device/device_queues.h"
#include "server/session/limits.h"
#include "server/session/quota.h"

namespace eager::server {

// Thread-safe.
class TenantQuota {
 public:
  explicit TenantQuota(std::string tenant, const Limits& limits = DefaultLimits());

  Limits limits() const ABSL_LOCKS_EXCLUDED(mu_);
  // From now on; what is held already stays, and open sessions keep their own limits.
  void Set(const Limits& limits) ABSL_LOCKS_EXCLUDED(mu_);

  // RESOURCE_EXHAUSTED beyond a limit; what is held goes back with the result.
  absl::StatusOr<Held> OpenSession();
  // Memory shared with a client; as many as sessions.
  absl::StatusOr<Held> OpenExchange();
  absl::StatusOr<Held> StartTransfer();
  absl::StatusOr<Held> StartUpload(uint64_t bytes);
  // Of items that have come and wait for their turn; the limit is for all of a tenant's.
  absl::StatusOr<Held> Execute(int64_t items);

  const std::shared_ptr<SharedAmount>& handles() const { return handles_; }
  const std::shared_ptr<FairShare>& compute() const { return compute_; }
  // A limit that only sessions and calls look at has refused something.
  void CountRefusal(absl::string_view limit) ABSL_LOCKS_EXCLUDED(mu_);
  // How often each limit has refused something of the tenant's; those that never did are left out.
  std::map<std::string, uint64_t> refusals() const ABSL_LOCKS_EXCLUDED(mu_);
  // What its sessions have drawn of each device's memory, by the device's name.
  std::map<std::string, int64_t> memory() const ABSL_LOCKS_EXCLUDED(mu_);

  // What holds for the memory of a session that opens now.
  DeviceQueues::TermsOf MemoryTermsOfSession();
  // The same of named variables, which are the tenant's alone.
  DeviceQueues::TermsOf MemoryTermsOfVariables();

 private:
  std::shared_ptr<SharedAmount> MemoryOn(const Device& device) ABSL_LOCKS_EXCLUDED(mu_);

  const std::string who_;
  const std::shared_ptr<SharedAmount> sessions_, exchanges_, handles_, ops_, transfers_, upload_bytes_;
  const std::shared_ptr<FairShare> compute_ = std::make_shared<FairShare>();
  mutable Mutex mu_;
  Limits limits_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, std::shared_ptr<SharedAmount>> memory_ ABSL_GUARDED_BY(mu_);  // by device
  std::map<std::string, uint64_t> refusals_ ABSL_GUARDED_BY(mu_);  // of limits without an amount
};

}  // namespace eager::server
