// A bounded map from what identifies a costly object (a library's primitive) to that object, shared by all threads.
#pragma once

#include <list>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "common/mutex.h"

namespace eager::server {

// Keeps the `capacity` values that were used last. Values are immutable and live on while somebody holds them. All
// methods are safe to call from any thread.
template <class Key, class Value>
class LruCache {
 public:
  using Ref = std::shared_ptr<const Value>;

  explicit LruCache(size_t capacity) : capacity_(capacity) {}

  // The value of `key`, made by `make() -> absl::StatusOr<Ref>` if it is not there. Other threads are not held up while
  // it is made; if two make the same one, the first stays. An error is not kept.
  template <class Make>
  absl::StatusOr<Ref> Get(const Key& key, Make make) ABSL_LOCKS_EXCLUDED(mu_) {
    if (Ref found = Find(key)) return found;
    absl::StatusOr<Ref> made = make();
    if (!made.ok()) return made;
    MutexLock lock(&mu_);
    entries_.emplace_front(key, *made);
    const auto [it, inserted] = index_.try_emplace(key, entries_.begin());
    if (!inserted) {
      entries_.pop_front();
      return it->second->second;
    }
    if (index_.size() > capacity_) {
      index_.erase(entries_.back().first);
      entries_.pop_back();
    }
    return made;
  }

 private:
  using Entries = std::list<std::pair<Key, Ref>>;  // the last used first

  Ref Find(const Key& key) ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(&mu_);
    const auto it = index_.find(key);
    if (it == index_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, it->second);
    return it->second->second;
  }

  const size_t capacity_;
  Mutex mu_;
  Entries entries_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<Key, typename Entries::iterator> index_ ABSL_GUARDED_BY(mu_);
};

}  // namespace eager::server
