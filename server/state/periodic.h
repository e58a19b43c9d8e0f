// Does something again and again on a thread of its own.
#pragma once

#include <functional>
#include <thread>

#include "absl/time/time.h"
#include "common/mutex.h"

namespace eager::server {

class Periodic {
 public:
  // Calls `work` each time the interval has passed since its last call ended.
  Periodic(absl::Duration interval, std::function<void()> work);
  // Waits for a call that runs.
  ~Periodic();

 private:
  Mutex mu_;
  CondVar stopped_;
  bool stop_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace eager::server
