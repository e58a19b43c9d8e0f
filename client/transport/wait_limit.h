// How long a wait may take, and what ends it.
#pragma once

#include <algorithm>
#include <chrono>
#include <stop_token>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"

namespace eager::internal {

using Deadline = std::chrono::steady_clock::time_point;  // max(): none

// So many seconds from now; none where a clock does not hold as many.
inline Deadline DeadlineAfter(double seconds) {
  if (!(seconds < 1e9)) return Deadline::max();
  return Deadline::clock::now() + std::chrono::microseconds(static_cast<int64_t>(std::max(seconds, 0.0) * 1e6));
}

struct WaitLimit {
  Deadline deadline = Deadline::max();
  absl::InlinedVector<std::stop_token, 1> stops;

  // Not longer than so many seconds from now.
  void Narrow(double seconds) { deadline = std::min(deadline, DeadlineAfter(seconds)); }
  bool none() const { return deadline == Deadline::max() && stops.empty(); }
  // Until when to wait before looking at the tokens again.
  Deadline Slice() const {
    if (stops.empty()) return deadline;
    return std::min(deadline, Deadline::clock::now() + std::chrono::milliseconds(10));
  }
  // OK while there is nothing that ends the wait.
  absl::Status Check() const {
    for (const std::stop_token& stop : stops) {
      if (stop.stop_requested()) return absl::CancelledError("the wait was cancelled");
    }
    if (deadline == Deadline::max() || Deadline::clock::now() < deadline) return absl::OkStatus();
    return absl::DeadlineExceededError("the wait has taken as long as its limit allows");
  }
};

}  // namespace eager::internal
