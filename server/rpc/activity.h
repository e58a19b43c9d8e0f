// What a daemon that is leaving waits for.
#pragma once

#include <atomic>
#include <cstdint>

namespace eager::server {

// Calls that are at work now, and how many have been. Thread-safe.
class Activity {
 public:
  // Work, while it lives.
  class Scope {
   public:
    explicit Scope(Activity& activity) : activity_(activity) { ++activity_.running_; }
    ~Scope() {
      ++activity_.done_;
      --activity_.running_;
    }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Activity& activity_;
  };

  int64_t running() const { return running_; }
  int64_t done() const { return done_; }

 private:
  std::atomic<int64_t> running_{0};
  std::atomic<int64_t> done_{0};
};

}  // namespace eager::server
