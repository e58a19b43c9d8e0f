// Messages that were written and that the server may not have executed: what a new stream must begin with.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/mutex.h"

namespace eager::internal {

// Thread-safe. Its memory is bounded by whoever asks HasRoom before he writes: one message a thread beyond the limits.
class ResendWindow {
 public:
  static constexpr size_t kMaxMessages = 1024;
  static constexpr size_t kMaxBytes = 16 << 20;

  bool HasRoom() const;
  // Keeps the bytes of the next message in order.
  void Push(uint64_t seq, absl::string_view message);
  // The server has executed everything up to `seq`.
  void Acknowledge(uint64_t seq);
  // Calls send(message) for each in order until it gives false. Nothing may be pushed meanwhile.
  template <class Send>
  bool SendAgain(Send send) {
    std::vector<absl::string_view> messages;
    {
      MutexLock lock(&mu_);
      held_ = true;  // acknowledged ones stay until all are sent: they are views
      for (const std::string& message : messages_) messages.push_back(message);
    }
    bool sent = true;
    for (size_t i = 0; i < messages.size() && sent; ++i) sent = send(messages[i]);
    MutexLock lock(&mu_);
    held_ = false;
    Drop();  // the server may have nothing more to say of what it acknowledged meanwhile
    return sent;
  }

 private:
  void Drop() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  mutable Mutex mu_;
  std::deque<std::string> messages_ ABSL_GUARDED_BY(mu_);
  uint64_t first_seq_ ABSL_GUARDED_BY(mu_) = 1;
  uint64_t acknowledged_ ABSL_GUARDED_BY(mu_) = 0;
  size_t bytes_ ABSL_GUARDED_BY(mu_) = 0;
  bool held_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::string> spare_ ABSL_GUARDED_BY(mu_);  // for their memory
};

}  // namespace eager::internal
