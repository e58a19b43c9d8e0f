#include "server/rpc/tensorflow/rendezvous.h"

#include <vector>

#include "absl/strings/str_cat.h"

namespace eager::server::tf {

absl::Status Rendezvous::Send(int64_t step, const std::string& key, absl::StatusOr<TensorRef> tensor) {
  Taker taker;
  {
    MutexLock lock(&mu_);
    Entries& entries = steps_[step];
    const auto [it, is_new] = entries.try_emplace(key, Entry{tensor, nullptr, 0});
    if (is_new) return absl::OkStatus();
    if (it->second.taker == nullptr) return absl::AbortedError(absl::StrCat("a tensor was sent twice as ", key));
    taker = std::move(it->second.taker);
    entries.erase(it);
    if (entries.empty()) steps_.erase(step);
  }
  taker(std::move(tensor));
  return absl::OkStatus();
}

uint64_t Rendezvous::Receive(int64_t step, const std::string& key, Taker taker) {
  absl::StatusOr<TensorRef> tensor;
  {
    MutexLock lock(&mu_);
    Entries& entries = steps_[step];
    const auto [it, is_new] = entries.try_emplace(key);
    if (is_new) {
      it->second.taker = std::move(taker);
      return it->second.waiting = ++last_;
    }
    if (it->second.taker != nullptr) {
      tensor = absl::AbortedError(absl::StrCat("two calls wait for ", key));
    } else {
      tensor = std::move(it->second.tensor);
      entries.erase(it);
      if (entries.empty()) steps_.erase(step);
    }
  }
  taker(std::move(tensor));
  return 0;
}

void Rendezvous::Cancel(int64_t step, const std::string& key, uint64_t waiting) {
  Taker taker;
  {
    MutexLock lock(&mu_);
    const auto entries = steps_.find(step);
    if (entries == steps_.end()) return;
    const auto it = entries->second.find(key);
    if (it == entries->second.end() || it->second.taker == nullptr || it->second.waiting != waiting) return;
    taker = std::move(it->second.taker);
    entries->second.erase(it);
    if (entries->second.empty()) steps_.erase(entries);
  }
  taker(absl::CancelledError("nobody waits for the tensor any more"));
}

bool Rendezvous::Has(int64_t step, const std::string& key) const {
  MutexLock lock(&mu_);
  const auto entries = steps_.find(step);
  if (entries == steps_.end()) return false;
  const auto it = entries->second.find(key);
  return it != entries->second.end() && it->second.taker == nullptr;
}

void Rendezvous::EndStep(int64_t step, const absl::Status& why) {
  Entries entries;
  {
    MutexLock lock(&mu_);
    const auto it = steps_.find(step);
    if (it == steps_.end()) return;
    entries = std::move(it->second);
    steps_.erase(it);
  }
  for (auto& [key, entry] : entries) {
    if (entry.taker != nullptr) entry.taker(why);
  }
}

int64_t Rendezvous::kept() const {
  MutexLock lock(&mu_);
  int64_t n = 0;
  for (const auto& [step, entries] : steps_) n += static_cast<int64_t>(entries.size());
  return n;
}

}  // namespace eager::server::tf
