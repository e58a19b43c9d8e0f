// What one user of a device has of its memory, and may have.
//
// A user's queue charges its account before it takes memory, so a limit is never passed. Accounts stand in two steps: a
// session's account draws on its tenant's share of the device, a piece at a time, so that sessions do not meet at one
// counter with every scalar.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/mutex.h"

namespace eager::server {

// An amount that several share. A limit of 0 is none. Thread-safe.
class SharedAmount {
 public:
  // `name`: of the limit, as an operator sets it.
  explicit SharedAmount(std::string name, int64_t limit = 0) : name_(std::move(name)), limit_(limit) {}

  // False, and nothing is taken, beyond the limit.
  bool Take(int64_t amount) {
    const int64_t limit = this->limit();
    if (taken_.fetch_add(amount, std::memory_order_relaxed) + amount <= limit || amount <= 0) return true;
    taken_.fetch_sub(amount, std::memory_order_relaxed);
    return false;
  }
  void Give(int64_t amount) { taken_.fetch_sub(amount, std::memory_order_relaxed); }
  int64_t taken() const { return taken_.load(std::memory_order_relaxed); }
  // Whoever tells somebody that he goes beyond this limit, or beyond a limit of his own for what he draws from here, counts it.
  void CountRefusal(bool own) { (own ? own_refusals_ : refusals_).fetch_add(1, std::memory_order_relaxed); }
  uint64_t refusals() const { return refusals_.load(std::memory_order_relaxed); }
  uint64_t own_refusals() const { return own_refusals_.load(std::memory_order_relaxed); }
  // The largest number for none.
  int64_t limit() const {
    const int64_t limit = limit_.load(std::memory_order_relaxed);
    return limit > 0 ? limit : std::numeric_limits<int64_t>::max();
  }
  // What is taken already stays.
  void set_limit(int64_t limit) { limit_.store(limit, std::memory_order_relaxed); }
  const std::string& name() const { return name_; }

 private:
  const std::string name_;
  std::atomic<int64_t> limit_;
  std::atomic<int64_t> taken_{0};
  std::atomic<uint64_t> refusals_{0};
  std::atomic<uint64_t> own_refusals_{0};
};

// A queue's account, in its owner's name while it is open. Thread-safe.
class MemoryAccount {
 public:
  // Without any limit, until it is opened.
  MemoryAccount() = default;
  ~MemoryAccount() { Close(); }
  MemoryAccount(const MemoryAccount&) = delete;

  // For an owner who may have `limit` bytes (0: no limit of its own, which is called `name`) out of `tenant`'s, if there is
  // one. Nothing is charged yet.
  void Open(std::string name, int64_t limit, std::shared_ptr<SharedAmount> tenant) ABSL_LOCKS_EXCLUDED(mu_);
  // Its owner has ended: what lives on is the tenant's alone.
  void Close() ABSL_LOCKS_EXCLUDED(mu_);

  // Charges a buffer of its own memory; false, and nothing is charged, beyond a limit.
  bool Charge(size_t bytes) {
    const auto amount = static_cast<int64_t>(bytes);
    if (blocks_.fetch_add(amount) + amount + small_bytes() <= granted_.load()) return true;
    if (Draw()) return true;
    blocks_.fetch_sub(amount);
    return false;
  }
  void Refund(size_t bytes) {
    const auto amount = static_cast<int64_t>(bytes);
    const int64_t left = blocks_.fetch_sub(amount) - amount + small_bytes();
    if (granted_.load(std::memory_order_relaxed) - left > most_spare_.load(std::memory_order_relaxed)) Return();
  }
  // The same for buffers so small that they lie in their objects: one step, because every small result takes it.
  bool ChargeSmall(size_t bytes) {
    const uint64_t before = small_.fetch_add(Counted(bytes));
    if (BytesOf(before) + static_cast<int64_t>(bytes) + blocks_.load() <= granted_.load()) return true;
    if (Draw()) return true;
    RefundSmall(bytes);
    return false;
  }
  void RefundSmall(size_t bytes) { small_.fetch_sub(Counted(bytes), std::memory_order_relaxed); }

  int64_t bytes() const { return blocks_.load() + small_bytes(); }
  int64_t small_bytes() const { return BytesOf(small_.load()); }
  int64_t small_buffers() const { return static_cast<int64_t>(small_.load(std::memory_order_relaxed) >> kCountShift); }
  // RESOURCE_EXHAUSTED: why Charge(asked) gave false on `device`.
  absl::Status Exceeded(absl::string_view device, size_t asked) const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  static constexpr int64_t kNone = std::numeric_limits<int64_t>::max();
  // What an open account draws beyond what it needs, and what it keeps of what it needs no more.
  static constexpr int64_t kSpare = 64 << 10;
  static constexpr int64_t kMostSpare = 4 * kSpare;
  // Small buffers: their number and, below it, their bytes.
  static constexpr int kCountShift = 32;
  static uint64_t Counted(size_t bytes) { return (uint64_t{1} << kCountShift) | bytes; }
  static int64_t BytesOf(uint64_t counted) { return static_cast<int64_t>(counted & ((uint64_t{1} << kCountShift) - 1)); }

  // Raises granted_ to what is charged now; false beyond a limit.
  bool Draw() ABSL_LOCKS_EXCLUDED(mu_);
  void Return() ABSL_LOCKS_EXCLUDED(mu_);
  // Gives all but `spare` bytes of what is granted and not charged back to the tenant.
  void GiveBack(int64_t spare) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // Orders: who charges changes a counter and then reads granted_; who lowers granted_ does so and then reads the counters.
  // One of the two sees the other.
  std::atomic<int64_t> blocks_{0};
  std::atomic<uint64_t> small_{0};
  std::atomic<int64_t> granted_{kNone};
  std::atomic<int64_t> most_spare_{kNone};
  mutable Mutex mu_;
  std::string name_ ABSL_GUARDED_BY(mu_);
  int64_t limit_ ABSL_GUARDED_BY(mu_) = kNone;
  std::shared_ptr<SharedAmount> tenant_ ABSL_GUARDED_BY(mu_);
};

// A queue that keeps account of what is allocated on it and still lives.
class ChargedQueue {
 public:
  virtual ~ChargedQueue() = default;
  // Whoever opens a queue may open its account, unless the queue is shared: null.
  virtual MemoryAccount* account() = 0;
};

}  // namespace eager::server
