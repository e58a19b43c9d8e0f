// What went wrong lately, for whoever looks at the daemon.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/mutex.h"
#include "server/exec/op_counts.h"

namespace eager::server {

struct RecentError {
  absl::Time time;
  absl::StatusCode code;
  std::string op;      // or the call; may be empty
  std::string tenant;  // may be empty
  std::string message;
};

// The last errors, and how many there were. Process-wide and thread-safe; a thread that finds another one at it goes on
// without leaving its error, but counts it.
class RecentErrors {
 public:
  static constexpr size_t kMost = 50;
  static constexpr size_t kMessageBytes = 300;

  static RecentErrors& Get();

  // Of the thread's tenant (CountingScope).
  void Add(const absl::Status& status, absl::string_view op);
  void Add(const absl::Status& status, absl::string_view op, absl::string_view tenant);
  std::vector<RecentError> List() const;  // newest first
  uint64_t count(int code) const { return counts_[static_cast<size_t>(code)].load(std::memory_order_relaxed); }

 private:
  std::array<std::atomic<uint64_t>, kStatusCodes> counts_{};
  mutable Mutex mu_;
  std::deque<RecentError> last_ ABSL_GUARDED_BY(mu_);
};

}  // namespace eager::server
