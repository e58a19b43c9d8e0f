#include "server/metrics/monitor.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/status_macros.h"
#include "server/metrics/collect.h"
#include "server/metrics/status_json.h"
#include "server/rpc/security/front_door.h"

namespace eager::server {
namespace {

constexpr size_t kNamedTenants = 100;

}  // namespace

Monitor::Monitor(std::map<std::string, std::string> flags) : flags_(std::move(flags)), started_(absl::Now()) {}
Monitor::~Monitor() = default;

void Monitor::Watch(Server& server) {
  MutexLock lock(&mu_);
  server_ = &server;
  for (const auto& device : server.devices().devices()) {
    probes_.push_back(std::make_unique<DeviceProbe>(server.devices(), *device));
    probes_.back()->Works().IgnoreError();  // whoever asks hears it
  }
}

void Monitor::Forget() {
  MutexLock lock(&mu_);
  probes_.clear();
  server_ = nullptr;
}

std::vector<std::string> Monitor::NotReady() {
  if (draining_) return {"draining"};
  if (server_ == nullptr) return {"starting"};
  std::vector<std::string> reasons;
  for (size_t i = 0; i < probes_.size(); ++i) {
    const absl::Status works = probes_[i]->Works();
    if (works.ok()) continue;
    reasons.push_back(absl::StrCat("device ", server_->devices().devices()[i]->attributes().name, ": ", works.message()));
  }
  return reasons;
}

std::vector<std::string> Monitor::WhyNotReady() {
  MutexLock lock(&mu_);
  return NotReady();
}

std::string Monitor::LabelOf(const std::string& tenant) {
  if (named_tenants_.contains(tenant)) return tenant;
  if (named_tenants_.size() >= kNamedTenants) return "other";
  named_tenants_.insert(tenant);
  return tenant;
}

std::string Monitor::Metrics() {
  Families families;
  {
    MutexLock lock(&mu_);
    CollectProcess(started_, NotReady().empty(), families);
    CollectWork(families);
    if (server_ != nullptr) {
      CollectDevices(server_->devices(), families);
      const auto label_of = [this](const std::string& tenant) ABSL_NO_THREAD_SAFETY_ANALYSIS { return LabelOf(tenant); };
      CollectSessions(server_->sessions(), label_of, families);
      if (server_->state() != nullptr) CollectState(*server_->state(), families);
    }
  }
  return ToText(families.Take());
}

std::string Monitor::Status() {
  MutexLock lock(&mu_);
  if (absl::Now() - status_made_ >= kStatusFresh || absl::Now() < status_made_) {
    status_ = StatusJson({.started = started_, .ready = NotReady().empty(), .draining = draining_, .flags = flags_}, server_);
    status_made_ = absl::Now();
  }
  return status_;
}

absl::Status Monitor::Admit(std::optional<absl::string_view> authorization, bool admins_only) {
  MutexLock lock(&mu_);
  if (server_ == nullptr) return absl::UnavailableError("eagerd is starting");
  if (!server_->door().needs_callers()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Caller caller, server_->door().CallerOf(authorization));
  if (admins_only && !caller.admin) return absl::PermissionDeniedError("only an admin's token shows this");
  return absl::OkStatus();
}

}  // namespace eager::server
