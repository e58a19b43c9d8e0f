// How long this thread's waits may take (context.h's wait_limit), and what ends them.
#pragma once

#include <algorithm>
#include <chrono>
#include <stop_token>

#include "absl/container/inlined_vector.h"
#include "client/transport/session_stream.h"

namespace eager::internal {

struct WaitLimit {
  Deadline deadline = Deadline::max();
  absl::InlinedVector<std::stop_token, 1> stops;  // of this scope and those around it

  // Not longer than so many seconds from now.
  void Narrow(double seconds) { deadline = std::min(deadline, DeadlineAfter(seconds)); }
  bool none() const { return deadline == Deadline::max() && stops.empty(); }
  // Until when to wait before looking at the token again.
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

// The innermost scope's; without one, no limit.
WaitLimit& ThreadWaitLimit();

}  // namespace eager::internal
