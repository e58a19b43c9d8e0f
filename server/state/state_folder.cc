#include "server/state/state_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/bundle/file.h"
#include "common/bundle/naming.h"
#include "common/status_macros.h"
#include "server/log/log.h"
#include "server/state/names.h"

namespace eager::server {

absl::StatusOr<std::unique_ptr<StateFolder>> StateFolder::Open(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  for (const absl::string_view part : {"", "/tenants", "/exports"}) RETURN_IF_ERROR(bundle::MakeFolder(absl::StrCat(path, part)));
  const std::string lock = absl::StrCat(path, "/lock");
  const int fd = open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat(lock, ": cannot be written"));
  auto folder = std::unique_ptr<StateFolder>(new StateFolder(std::move(path), fd));
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(absl::StrCat("the state folder ", folder->path_, " is in use by another eagerd"));
  }
  // Better to hear of a folder that takes no files now than when there is something to save.
  const std::string test = absl::StrCat(folder->path_, "/tenants/.writable");
  RETURN_IF_ERROR(bundle::ReplaceFile(test, ""));
  unlink(test.c_str());
  return folder;
}

StateFolder::~StateFolder() { close(lock_); }

TenantState& StateFolder::StateOf(const std::string& tenant) {
  std::unique_ptr<TenantState>& state = states_[tenant];
  if (state == nullptr) state = std::make_unique<TenantState>(absl::StrCat(path_, "/tenants/", FileNameOf(tenant)));
  return *state;
}

absl::Status StateFolder::Load(TenantSet& tenants, const DeviceSet& devices) {
  MutexLock lock(&mu_);
  std::error_code error;
  for (std::filesystem::directory_iterator it(absl::StrCat(path_, "/tenants"), error), end; !error && it != end; it.increment(error)) {
    if (!it->is_directory()) continue;
    const std::optional<std::string> name = TenantOf(it->path().filename().string());
    if (!name.has_value()) {
      Log(LogLevel::kWarning, "state_skipped", {{"folder", it->path().string()}, {"reason", "no tenant has such a name"}});
      continue;
    }
    ASSIGN_OR_RETURN(const NamedValues values, StateOf(*name).Load());
    if (values.empty()) continue;
    const std::shared_ptr<Tenant> tenant = tenants.Get(*name);
    int64_t bytes = 0;
    for (const auto& [key, value] : values) {
      if (absl::Status put = tenant->variables().Put(key, value, devices); !put.ok()) {
        return absl::Status(put.code(), absl::StrCat(path_, ": variable '", key, "' of tenant '", *name, "': ", put.message()));
      }
      bytes += static_cast<int64_t>(value.num_bytes());
    }
    Log(LogLevel::kInfo, "state_loaded", {{"tenant", *name}, {"variables", values.size()}, {"bytes", bytes}});
  }
  if (error) return absl::ErrnoToStatus(error.value(), absl::StrCat(path_, "/tenants: cannot be read"));
  return absl::OkStatus();
}

absl::Status StateFolder::SaveTenant(Tenant& tenant, Report& report) {
  const absl::StatusOr<TenantState::Saved> saved = StateOf(tenant.name()).Save(tenant.variables());
  if (!saved.ok()) {
    Log(LogLevel::kError, "save_failed", {{"tenant", tenant.name()}, {"reason", saved.status().message()}});
    return saved.status();
  }
  if (saved->prefix.empty()) return absl::OkStatus();
  Log(LogLevel::kInfo, "saved",
      {{"tenant", tenant.name()}, {"save", saved->prefix}, {"variables", saved->size.variables}, {"bytes", saved->size.bytes}});
  ++report.tenants;
  report.size.variables += saved->size.variables;
  report.size.bytes += saved->size.bytes;
  return absl::OkStatus();
}

absl::StatusOr<StateFolder::Report> StateFolder::Save(const TenantSet& tenants) {
  MutexLock lock(&mu_);
  Report report;
  absl::Status first;
  for (const auto& tenant : tenants.List()) first.Update(SaveTenant(*tenant, report));
  RETURN_IF_ERROR(Counted(first));
  return report;
}

absl::Status StateFolder::Counted(absl::Status saved) {
  MutexLock lock(&saves_mu_);
  ++(saved.ok() ? saves_.succeeded : saves_.failed);
  if (saved.ok()) saves_.last = absl::Now();
  return saved;
}

StateFolder::Saves StateFolder::saves() const {
  MutexLock lock(&saves_mu_);
  return saves_;
}

absl::StatusOr<StateFolder::Report> StateFolder::Save(Tenant& tenant) {
  MutexLock lock(&mu_);
  Report report;
  RETURN_IF_ERROR(Counted(SaveTenant(tenant, report)));
  return report;
}

absl::StatusOr<std::string> StateFolder::ExportPrefix(const Tenant& tenant, const std::string& name) const {
  RETURN_IF_ERROR(CheckExportName(name));
  return absl::StrCat(path_, "/exports/", FileNameOf(tenant.name()), "/", name);
}

absl::StatusOr<BundleSize> StateFolder::Export(Tenant& tenant, const std::string& name) {
  ASSIGN_OR_RETURN(const std::string prefix, ExportPrefix(tenant, name));
  MutexLock lock(&mu_);
  return WriteBundle(prefix, VariableMoments::Take(tenant.variables()));
}

absl::StatusOr<BundleSize> StateFolder::Import(Tenant& tenant, const std::string& name, const DeviceSet& devices) {
  ASSIGN_OR_RETURN(const std::string prefix, ExportPrefix(tenant, name));
  MutexLock lock(&mu_);
  std::error_code error;
  if (!std::filesystem::exists(bundle::IndexPath(prefix), error)) {
    return absl::NotFoundError(absl::StrCat("there is no export '", name, "'"));
  }
  ASSIGN_OR_RETURN(const NamedValues values, ReadBundle(prefix));
  for (const auto& [key, value] : values) {
    const auto there = tenant.variables().Find(key);
    if (there.ok() && (*there)->spec() != value.spec()) {
      return absl::InvalidArgumentError(absl::StrCat("variable '", key, "' holds ", (*there)->spec().ToString(), ", but in export '",
                                                     name, "' it is ", value.spec().ToString()));
    }
  }
  BundleSize size;
  for (const auto& [key, value] : values) {
    RETURN_IF_ERROR(tenant.variables().Put(key, value, devices));
    ++size.variables;
    size.bytes += static_cast<int64_t>(value.num_bytes());
  }
  return size;
}

}  // namespace eager::server
