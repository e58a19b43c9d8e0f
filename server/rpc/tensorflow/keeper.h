// What a client has beside its handles: what its objects keep, and objects that have a name.
#pragma once

#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "server/device/memory_account.h"
#include "server/rpc/tensorflow/value.h"
#include "server/session/session.h"

namespace eager::server::tf {

class Container;

// Used under its context's lock. Objects share it, and may outlive the client.
class Keeper {
 public:
  explicit Keeper(Session& session) : session_(&session) {}

  // That the client has so many handles. RESOURCE_EXHAUSTED, and nothing is changed, where they and what its objects keep are more tensors
  // than its session may hold.
  absl::Status SetHandles(int64_t handles);
  // The same for what objects keep.
  absl::Status Add(int64_t n);
  void Remove(int64_t n);
  // Memory on the host that is in no tensor. RESOURCE_EXHAUSTED beyond the session's limits.
  absl::Status Charge(size_t bytes);
  void Refund(size_t bytes);

  // Null: there is none.
  RefPtr<Object> Find(const std::string& name) const;
  // RESOURCE_EXHAUSTED beyond what one client may have.
  absl::Status SetName(const std::string& name, RefPtr<Object> object);
  // Nobody finds it by its name any more.
  void Forget(const Object& object);

  // The client goes: its containers are emptied.
  void Close();

 private:
  friend class Container;
  static constexpr size_t kMostNames = 1 << 16;

  Session* session_;  // null: the client has gone
  int64_t handles_ = 0, kept_ = 0;
  absl::flat_hash_map<std::string, RefPtr<Object>> named_;
  absl::flat_hash_set<Container*> containers_;
};

// So many tensors, or other things as large, that an object keeps; given back with it.
class Kept {
 public:
  explicit Kept(std::shared_ptr<Keeper> keeper) : keeper_(std::move(keeper)) {}
  Kept(const Kept&) = delete;
  ~Kept() { keeper_->Remove(n_); }
  absl::Status Add(int64_t n) {
    absl::Status added = keeper_->Add(n);
    if (added.ok()) n_ += n;
    return added;
  }
  void Remove(int64_t n) {
    keeper_->Remove(n);
    n_ -= n;
  }

 private:
  const std::shared_ptr<Keeper> keeper_;
  int64_t n_ = 0;
};

// An object that takes in others after it was made, and so may come to hold itself: when its client goes, it is emptied.
class Container : public Object {
 public:
  explicit Container(std::shared_ptr<Keeper> keeper) : keeper_(std::move(keeper)) { keeper_->containers_.insert(this); }
  ~Container() override { keeper_->containers_.erase(this); }
  virtual void Empty() = 0;

 protected:
  const std::shared_ptr<Keeper>& keeper() const { return keeper_; }

 private:
  const std::shared_ptr<Keeper> keeper_;
};

}  // namespace eager::server::tf
