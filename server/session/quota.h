// What a session's and a tenant's limits are kept with.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "server/device/memory_account.h"

namespace eager::server {

// A part of an amount, given back with this object.
class Held {
 public:
  Held() = default;
  Held(Held&& o) noexcept : from_(std::move(o.from_)), amount_(std::exchange(o.amount_, 0)) {}
  Held& operator=(Held&& o) noexcept {
    std::swap(from_, o.from_);
    std::swap(amount_, o.amount_);
    return *this;
  }
  ~Held() {
    if (amount_ != 0) from_->Give(amount_);
  }
  // RESOURCE_EXHAUSTED beyond the limit; `whose` and `what` say of what: "tenant 'a'", "sessions".
  static absl::StatusOr<Held> Take(std::shared_ptr<SharedAmount> from, int64_t amount, absl::string_view whose,
                                   absl::string_view what, absl::string_view advice) {
    if (from->Take(amount)) return Held(std::move(from), amount);
    from->CountRefusal(/*own=*/false);
    return absl::ResourceExhaustedError(absl::StrCat(whose, " has ", from->taken(), " ", what, " and asks for ", amount,
                                                     " more, beyond the limit '", from->name(), "' of ", from->limit(), "; ",
                                                     advice, ", or have the limit raised"));
  }

 private:
  Held(std::shared_ptr<SharedAmount> from, int64_t amount) : from_(std::move(from)), amount_(amount) {}

  std::shared_ptr<SharedAmount> from_;
  int64_t amount_ = 0;
};

// How many entries one session may have, out of its tenant's: drawn and given back many at a time. For one thread.
class EntryQuota {
 public:
  // `limit`: the session's own, called `name`; 0 for none.
  EntryQuota(std::string name, int64_t limit, std::shared_ptr<SharedAmount> tenant)
      : name_(std::move(name)), limit_(limit > 0 ? limit : std::numeric_limits<int64_t>::max()), tenant_(std::move(tenant)) {}
  ~EntryQuota() { tenant_->Give(granted_); }
  EntryQuota(const EntryQuota&) = delete;

  // Whether there may be so many entries in all.
  bool Covers(int64_t entries) { return entries <= covered_ || Draw(entries); }
  // Covers nothing from now on, for this reason; everything as before if it is OK.
  void Refuse(absl::Status why) {
    refusal_ = std::move(why);
    covered_ = refusal_.ok() ? granted_ : -1;
  }
  // There are so many now; what is far more than that goes back.
  void Keep(int64_t entries) {
    if (granted_ - entries > 4 * kSpare) Grant(entries + kSpare - granted_);
  }
  // RESOURCE_EXHAUSTED: why Covers(has + more) gave false.
  absl::Status Exceeded(int64_t has, int64_t more) const {
    if (!refusal_.ok()) return refusal_;
    const bool own = has + more > limit_;
    tenant_->CountRefusal(own);
    return absl::ResourceExhaustedError(absl::StrCat(
        own ? "this session" : "this session's tenant", " holds ", own ? has : tenant_->taken(), " handles, and ", more,
        " more are beyond the limit '", own ? name_ : tenant_->name(), "' of ", own ? limit_ : tenant_->limit(),
        "; let go of tensors that are no longer needed, or have the limit raised"));
  }

 private:
  static constexpr int64_t kSpare = 1024;

  void Grant(int64_t amount) {
    if (amount < 0) tenant_->Give(-amount);
    granted_ += amount;
    covered_ = refusal_.ok() ? granted_ : -1;
  }
  bool Draw(int64_t entries) {
    if (entries > limit_ || !refusal_.ok()) return false;
    const int64_t needed = entries - granted_;
    for (const int64_t amount : {needed + std::min(kSpare, limit_ - entries), needed}) {
      if (!tenant_->Take(amount)) continue;
      Grant(amount);
      return true;
    }
    return false;
  }

  const std::string name_;
  const int64_t limit_;
  const std::shared_ptr<SharedAmount> tenant_;
  absl::Status refusal_;
  int64_t granted_ = 0;
  int64_t covered_ = 0;
};

}  // namespace eager::server
