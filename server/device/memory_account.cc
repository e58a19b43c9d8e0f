#include "server/device/memory_account.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace eager::server {

void MemoryAccount::Open(std::string name, int64_t limit, std::shared_ptr<SharedAmount> tenant) {
  Close();
  MutexLock lock(&mu_);
  name_ = std::move(name);
  limit_ = limit > 0 ? limit : kNone;
  tenant_ = std::move(tenant);
  granted_ = tenant_ == nullptr ? limit_ : 0;
  most_spare_ = tenant_ == nullptr ? kNone : kMostSpare;
}

void MemoryAccount::Close() {
  MutexLock lock(&mu_);
  limit_ = kNone;
  if (tenant_ == nullptr) {
    granted_ = kNone;
    return;
  }
  most_spare_ = 0;
  GiveBack(0);
}

bool MemoryAccount::Draw() {
  MutexLock lock(&mu_);
  const int64_t charged = bytes(), has = granted_;
  if (charged > limit_) return false;
  if (charged <= has) return true;  // another thread has drawn
  const int64_t needed = charged - has;
  const int64_t spare = std::min(kSpare, limit_ - charged);
  for (const int64_t amount : {needed + spare, needed}) {
    if (!tenant_->Take(amount)) continue;
    granted_ += amount;
    return true;
  }
  return false;
}

void MemoryAccount::Return() {
  MutexLock lock(&mu_);
  if (tenant_ != nullptr) GiveBack(std::min(kSpare, most_spare_.load()));
}

void MemoryAccount::GiveBack(int64_t spare) {
  const int64_t amount = granted_ - bytes() - spare;
  if (amount <= 0) return;
  granted_ -= amount;
  if (granted_ >= bytes()) return tenant_->Give(amount);
  granted_ += amount;  // somebody has charged meanwhile
}

absl::Status MemoryAccount::Exceeded(absl::string_view device, size_t asked) const {
  MutexLock lock(&mu_);
  const bool own = tenant_ == nullptr || bytes() + static_cast<int64_t>(asked) > limit_;
  if (tenant_ != nullptr) tenant_->CountRefusal(own);
  return absl::ResourceExhaustedError(absl::StrCat(
      own ? "this session" : "the tenant", " has ", own ? bytes() : tenant_->taken(), " bytes on ", device,
      " and asks for ", asked, " more, beyond the limit '", own ? name_ : tenant_->name(), "' of ",
      own ? limit_ : tenant_->limit(), "; let go of tensors that are no longer needed, or have the limit raised"));
}

}  // namespace eager::server
