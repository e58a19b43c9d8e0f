#include "server/session/tenant_quota.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/device/cpu/compute_gate.h"

namespace eager::server {
namespace {

std::shared_ptr<SharedAmount> Amount(int64_t Limits::*field) {
  return std::make_shared<SharedAmount>(std::string(NameOf(field)));
}

bool OnHost(const std::string& device) { return absl::string_view(device).find(":CPU:") != absl::string_view::npos; }

}  // namespace

TenantQuota::TenantQuota(std::string tenant, const Limits& limits)
    : who_(absl::StrCat("tenant '", tenant, "'")),
      sessions_(Amount(&Limits::sessions)),
      exchanges_(Amount(&Limits::sessions)),
      handles_(Amount(&Limits::handles)),
      ops_(Amount(&Limits::ops_in_flight)),
      transfers_(Amount(&Limits::transfers)),
      upload_bytes_(Amount(&Limits::upload_bytes)) {
  Set(limits);
}

Limits TenantQuota::limits() const {
  MutexLock lock(&mu_);
  return limits_;
}

void TenantQuota::Set(const Limits& limits) {
  MutexLock lock(&mu_);
  limits_ = limits;
  sessions_->set_limit(limits.sessions);
  exchanges_->set_limit(limits.sessions);
  handles_->set_limit(limits.handles);
  ops_->set_limit(limits.ops_in_flight);
  transfers_->set_limit(limits.transfers);
  upload_bytes_->set_limit(limits.upload_bytes);
  for (const auto& [device, amount] : memory_) amount->set_limit(OnHost(device) ? limits.cpu_memory : limits.gpu_memory);
  ComputeGate::Get().SetWeight(*compute_, static_cast<double>(std::max<int64_t>(limits.cpu_share, 1)));
}

absl::StatusOr<Held> TenantQuota::OpenSession() {
  return Held::Take(sessions_, 1, who_, "sessions", "close one that is no longer needed");
}

absl::StatusOr<Held> TenantQuota::OpenExchange() {
  return Held::Take(exchanges_, 1, who_, "exchanges", "close one that is no longer needed");
}

absl::StatusOr<Held> TenantQuota::StartTransfer() {
  return Held::Take(transfers_, 1, who_, "uploads and downloads under way", "try again when one has ended");
}

absl::StatusOr<Held> TenantQuota::StartUpload(uint64_t bytes) {
  const int64_t largest = limits().upload_size;
  if (largest > 0 && bytes > static_cast<uint64_t>(largest)) {
    CountRefusal(NameOf(&Limits::upload_size));
    return absl::ResourceExhaustedError(absl::StrCat("an upload of ", bytes, " bytes is beyond the limit '",
                                                     NameOf(&Limits::upload_size), "' of ", largest, " of ", who_,
                                                     "; send it in parts, or have the limit raised"));
  }
  return Held::Take(upload_bytes_, static_cast<int64_t>(bytes), who_, "bytes of uploads under way", "try again when one has ended");
}

absl::StatusOr<Held> TenantQuota::Execute(int64_t items) {
  return Held::Take(ops_, items, who_, "ops in flight", "read a value now and then, which waits for them");
}

void TenantQuota::CountRefusal(absl::string_view limit) {
  MutexLock lock(&mu_);
  ++refusals_[std::string(limit)];
}

std::map<std::string, uint64_t> TenantQuota::refusals() const {
  MutexLock lock(&mu_);
  std::map<std::string, uint64_t> all = refusals_;
  const auto add = [&](const SharedAmount& amount, absl::string_view own) {
    if (amount.refusals() != 0) all[amount.name()] += amount.refusals();
    if (amount.own_refusals() != 0) all[std::string(own)] += amount.own_refusals();
  };
  for (const auto& amount : {sessions_, exchanges_, ops_, transfers_, upload_bytes_}) add(*amount, "");
  add(*handles_, NameOf(&Limits::session_handles));
  for (const auto& [device, amount] : memory_) {
    add(*amount, NameOf(OnHost(device) ? &Limits::session_cpu_memory : &Limits::session_gpu_memory));
  }
  return all;
}

std::map<std::string, int64_t> TenantQuota::memory() const {
  std::map<std::string, int64_t> bytes;
  MutexLock lock(&mu_);
  for (const auto& [device, amount] : memory_) bytes[device] = amount->taken();
  return bytes;
}

DeviceQueues::TermsOf TenantQuota::MemoryTermsOfSession() {
  return [this, limits = limits()](const Device& device) {
    const auto field = device.host_accessible() ? &Limits::session_cpu_memory : &Limits::session_gpu_memory;
    return MemoryTerms{std::string(NameOf(field)), limits.*field, MemoryOn(device)};
  };
}

DeviceQueues::TermsOf TenantQuota::MemoryTermsOfVariables() {
  return [this](const Device& device) { return MemoryTerms{.tenant = MemoryOn(device)}; };
}

std::shared_ptr<SharedAmount> TenantQuota::MemoryOn(const Device& device) {
  MutexLock lock(&mu_);
  std::shared_ptr<SharedAmount>& amount = memory_[device.attributes().name];
  if (amount == nullptr) {
    amount = Amount(device.host_accessible() ? &Limits::cpu_memory : &Limits::gpu_memory);
    amount->set_limit(device.host_accessible() ? limits_.cpu_memory : limits_.gpu_memory);
  }
  return amount;
}

}  // namespace eager::server
