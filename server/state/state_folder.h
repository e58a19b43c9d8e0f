// The folder where a daemon keeps its named variables when it is not running.
//
//   lock                       held by the daemon that uses the folder
//   tenants/<tenant>/          saves (tenant_state.h), read again at the next start
//   exports/<tenant>/<name>.*  bundles that somebody asked for by name
#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/mutex.h"
#include "server/session/tenant.h"
#include "server/state/tenant_state.h"

namespace eager::server {

// Thread-safe.
class StateFolder {
 public:
  // Makes it where it is missing. FAILED_PRECONDITION if another daemon has it; what the system says if it cannot be written.
  static absl::StatusOr<std::unique_ptr<StateFolder>> Open(std::string path);
  ~StateFolder();
  StateFolder(const StateFolder&) = delete;
  StateFolder& operator=(const StateFolder&) = delete;

  // Makes the variables of all tenants that were saved, on the default device. Before anybody else uses them.
  absl::Status Load(TenantSet& tenants, const DeviceSet& devices);

  struct Report {
    int64_t tenants = 0;  // that had changed
    BundleSize size;
  };
  // Saves the variables of all tenants. What cannot be saved is logged and does not keep the others from it; the first such
  // error comes back.
  absl::StatusOr<Report> Save(const TenantSet& tenants);
  // Those of one.
  absl::StatusOr<Report> Save(Tenant& tenant);

  // A bundle of its own, which stays until another one of that name takes its place. INVALID_ARGUMENT for a name that is
  // none (names.h).
  absl::StatusOr<BundleSize> Export(Tenant& tenant, const std::string& name);
  // Gives the tenant's variables the values of an export, making those that are missing. NOT_FOUND if there is none of that
  // name; if the tenant has a variable of another dtype or shape than the export, INVALID_ARGUMENT, and nothing changes.
  absl::StatusOr<BundleSize> Import(Tenant& tenant, const std::string& name, const DeviceSet& devices);

  const std::string& path() const { return path_; }

  // Of saves (not exports), since the start.
  struct Saves {
    uint64_t succeeded = 0;
    uint64_t failed = 0;
    absl::Time last = absl::InfinitePast();  // that succeeded; the infinite past: none
  };
  Saves saves() const;

 private:
  StateFolder(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  absl::Status Counted(absl::Status saved);
  absl::Status SaveTenant(Tenant& tenant, Report& report) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  TenantState& StateOf(const std::string& tenant) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::StatusOr<std::string> ExportPrefix(const Tenant& tenant, const std::string& name) const;

  const std::string path_;
  const int lock_;  // an open file
  Mutex mu_;
  std::map<std::string, std::unique_ptr<TenantState>> states_ ABSL_GUARDED_BY(mu_);
  mutable Mutex saves_mu_;  // apart: a save may take long
  Saves saves_ ABSL_GUARDED_BY(saves_mu_);
};

}  // namespace eager::server
