#include "server/rpc/tensorflow/keeper.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace eager::server::tf {
namespace {

// The account of what a session has on the host; null: none is kept.
MemoryAccount* AccountOf(Session* session) {
  if (session == nullptr) return nullptr;
  auto* charged = dynamic_cast<ChargedQueue*>(&session->queues().host());
  return charged == nullptr ? nullptr : charged->account();
}

}  // namespace

absl::Status Keeper::SetHandles(int64_t handles) {
  RETURN_IF_ERROR(session_->KeepBeside(handles + kept_));
  handles_ = handles;
  return absl::OkStatus();
}

absl::Status Keeper::Add(int64_t n) {
  if (session_ == nullptr) return absl::CancelledError("the client has gone");
  RETURN_IF_ERROR(session_->KeepBeside(handles_ + kept_ + n));
  kept_ += n;
  return absl::OkStatus();
}

void Keeper::Remove(int64_t n) {
  kept_ -= n;
  if (n != 0 && session_ != nullptr) session_->KeepBeside(handles_ + kept_).IgnoreError();  // fewer than before
}

absl::Status Keeper::Charge(size_t bytes) {
  MemoryAccount* account = AccountOf(session_);
  if (account == nullptr || account->Charge(bytes)) return absl::OkStatus();
  return account->Exceeded(session_->queues().host().attributes().name, bytes);
}

void Keeper::Refund(size_t bytes) {
  if (MemoryAccount* account = AccountOf(session_); account != nullptr) account->Refund(bytes);
}

RefPtr<Object> Keeper::Find(const std::string& name) const {
  const auto it = named_.find(name);
  return it == named_.end() ? RefPtr<Object>() : it->second;
}

absl::Status Keeper::SetName(const std::string& name, RefPtr<Object> object) {
  if (named_.size() >= kMostNames) {
    return absl::ResourceExhaustedError(absl::StrCat("a client may have ", kMostNames, " resources with names, and '", name, "' is one more"));
  }
  named_.insert_or_assign(name, std::move(object));
  return absl::OkStatus();
}

void Keeper::Forget(const Object& object) {
  const auto it = std::find_if(named_.begin(), named_.end(), [&](const auto& entry) { return entry.second.get() == &object; });
  if (it == named_.end()) return;
  const RefPtr<Object> last = std::move(it->second);
  named_.erase(it);
}

void Keeper::Close() {
  const auto named = std::move(named_);
  named_.clear();
  std::vector<RefPtr<Container>> containers;
  for (Container* container : containers_) containers.emplace_back(container);
  for (const RefPtr<Container>& container : containers) container->Empty();
  containers.clear();
  session_ = nullptr;
}

}  // namespace eager::server::tf
