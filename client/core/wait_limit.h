// How long this thread's waits may take (context.h's call_limit), and what ends them.
#pragma once

#include <chrono>
#include <stop_token>

#include "client/transport/session_stream.h"

namespace eager::internal {

struct WaitLimit {
  Deadline deadline = Deadline::max();
  std::stop_token stop;

  // Until when to wait before looking at the token again.
  Deadline Slice() const {
    if (!stop.stop_possible()) return deadline;
    return std::min(deadline, Deadline::clock::now() + std::chrono::milliseconds(10));
  }
  // OK while there is nothing that ends the wait.
  absl::Status Check() const {
    if (stop.stop_requested()) return absl::CancelledError("the wait was cancelled");
    if (deadline == Deadline::max() || Deadline::clock::now() < deadline) return absl::OkStatus();
    return absl::DeadlineExceededError("the wait has taken as long as its limit allows");
  }
};

// The innermost scope's; without one, no limit.
WaitLimit& ThreadWaitLimit();

}  // namespace eager::internal
