#include "server/session/mailbox.h"

#include "absl/strings/str_cat.h"

namespace eager::server {

absl::Status Mailbox::Put(uint64_t id, absl::StatusOr<TensorRef> tensor) {
  Taker taker;
  {
    MutexLock lock(&mu_);
    if (!closed_.ok()) return closed_;
    const auto it = takers_.find(id);
    if (it == takers_.end()) {
      if (tensors_.try_emplace(id, std::move(tensor)).second) return absl::OkStatus();
      return absl::AlreadyExistsError(absl::StrCat("transfer id ", id, " is in use"));
    }
    taker = std::move(it->second);
    takers_.erase(it);
  }
  taker(std::move(tensor));
  return absl::OkStatus();
}

absl::StatusOr<TensorRef> Mailbox::Take(uint64_t id) {
  MutexLock lock(&mu_);
  const auto it = tensors_.find(id);
  if (it == tensors_.end()) return absl::NotFoundError(absl::StrCat("there is no transfer with id ", id));
  absl::StatusOr<TensorRef> tensor = std::move(it->second);
  tensors_.erase(it);
  return tensor;
}

absl::Status Mailbox::TakeWhenPut(uint64_t id, Taker take) {
  absl::StatusOr<TensorRef> tensor;
  {
    MutexLock lock(&mu_);
    if (!closed_.ok()) return closed_;
    const auto it = tensors_.find(id);
    if (it == tensors_.end()) {
      if (takers_.try_emplace(id, std::move(take)).second) return absl::OkStatus();
      return absl::AlreadyExistsError(absl::StrCat("transfer id ", id, " is waited for already"));
    }
    tensor = std::move(it->second);
    tensors_.erase(it);
  }
  take(std::move(tensor));
  return absl::OkStatus();
}

void Mailbox::Close(const absl::Status& why) {
  absl::flat_hash_map<uint64_t, absl::StatusOr<TensorRef>> tensors;
  absl::flat_hash_map<uint64_t, Taker> takers;
  {
    MutexLock lock(&mu_);
    closed_ = why;
    tensors.swap(tensors_);
    takers.swap(takers_);
  }
  for (auto& [id, taker] : takers) taker(why);
}

}  // namespace eager::server
