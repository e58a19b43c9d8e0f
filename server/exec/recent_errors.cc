#include "server/exec/recent_errors.h"

#include "absl/time/clock.h"
#include "server/exec/counting_scope.h"

namespace eager::server {
namespace {

// The first bytes, without half a character of UTF-8 at the end.
std::string Beginning(absl::string_view text, size_t most) {
  if (text.size() <= most) return std::string(text);
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  return std::string(text.substr(0, most));
}

}  // namespace

RecentErrors& RecentErrors::Get() {
  static auto* errors = new RecentErrors();
  return *errors;
}

void RecentErrors::Add(const absl::Status& status, absl::string_view op) {
  const CountingScope* scope = CountingScope::Current();
  if (!CountingScope::Silent()) Add(status, op, scope == nullptr ? "" : scope->tenant());
}

void RecentErrors::Add(const absl::Status& status, absl::string_view op, absl::string_view tenant) {
  if (status.ok()) return;
  const auto code = static_cast<size_t>(status.code());
  counts_[code < counts_.size() ? code : static_cast<size_t>(absl::StatusCode::kUnknown)].fetch_add(1, std::memory_order_relaxed);
  RecentError error{absl::Now(), status.code(), std::string(op), std::string(tenant), Beginning(status.message(), kMessageBytes)};
  if (!mu_.TryLock()) return;
  last_.push_front(std::move(error));
  if (last_.size() > kMost) last_.pop_back();
  mu_.Unlock();
}

std::vector<RecentError> RecentErrors::List() const {
  MutexLock lock(&mu_);
  return {last_.begin(), last_.end()};
}

}  // namespace eager::server
