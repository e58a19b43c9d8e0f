#include "server/session/mailbox.h"

#include "absl/strings/str_cat.h"

namespace eager::server {

namespace {

constexpr size_t kMaxWaiting = 1 << 16;

}  // namespace

absl::Status Mailbox::Put(uint64_t id, absl::StatusOr<TensorRef> tensor) {
  Taker taker;
  {
    MutexLock lock(&mu_);
    if (!closed_.ok()) return closed_;
    if (dropped_.erase(id) > 0) return absl::OkStatus();
    const auto it = takers_.find(id);
    if (it == takers_.end()) {
      if (tensors_.size() >= kMaxWaiting) {
        return absl::ResourceExhaustedError(absl::StrCat(kMaxWaiting, " transfers wait to be taken: take or drop some first"));
      }
      if (tensors_.try_emplace(id, std::move(tensor)).second) return absl::OkStatus();
      return absl::AlreadyExistsError(absl::StrCat("transfer id ", id, " is in use"));
    }
    taker = std::move(it->second.take);
    if (it->second.keep) tensors_.emplace(id, tensor);
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
      if (takers_.try_emplace(id, Waiting{std::move(take)}).second) return absl::OkStatus();
      return absl::AlreadyExistsError(absl::StrCat("transfer id ", id, " is waited for already"));
    }
    tensor = std::move(it->second);
    tensors_.erase(it);
  }
  take(std::move(tensor));
  return absl::OkStatus();
}

absl::Status Mailbox::ShareWhenPut(uint64_t id, Taker take) {
  absl::StatusOr<TensorRef> tensor;
  Taker given_up;
  bool there = false;
  {
    MutexLock lock(&mu_);
    if (!closed_.ok()) return closed_;
    const auto it = tensors_.find(id);
    there = it != tensors_.end();
    if (there) {
      tensor = it->second;
    } else {
      Waiting& waiting = takers_[id];
      given_up = std::move(waiting.take);
      waiting = {std::move(take), /*keep=*/true};
    }
  }
  if (given_up) given_up(absl::CancelledError(absl::StrCat("transfer ", id, " was asked for again")));
  if (there) take(std::move(tensor));
  return absl::OkStatus();
}

void Mailbox::Drop(uint64_t id) {
  absl::StatusOr<TensorRef> dropped;  // freed without the lock
  MutexLock lock(&mu_);
  const auto it = tensors_.find(id);
  if (it == tensors_.end()) {
    if (dropped_.size() < kMaxDropped) dropped_.insert(id);
    return;
  }
  dropped = std::move(it->second);
  tensors_.erase(it);
}

void Mailbox::Close(const absl::Status& why) {
  absl::flat_hash_map<uint64_t, absl::StatusOr<TensorRef>> tensors;
  absl::flat_hash_map<uint64_t, Waiting> takers;
  {
    MutexLock lock(&mu_);
    closed_ = why;
    tensors.swap(tensors_);
    takers.swap(takers_);
  }
  for (auto& [id, waiting] : takers) waiting.take(why);
}

}  // namespace eager::server
