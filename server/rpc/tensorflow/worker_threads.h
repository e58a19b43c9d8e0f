// Threads for calls that come without one and may take long.
#pragma once

#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/mutex.h"

namespace eager::server::tf {

// Started as they are needed, and kept. Thread-safe.
class WorkerThreads {
 public:
  static constexpr int kMost = 128;

  // Ends when all that was asked for has been done.
  ~WorkerThreads();
  // Runs `work` on a thread that has nothing else to do; where there are as many as there may be, on the next that is done.
  void Run(std::function<void()> work);

 private:
  void Serve();

  Mutex mu_;
  CondVar changed_;
  std::deque<std::function<void()>> waiting_ ABSL_GUARDED_BY(mu_);
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mu_);
  int idle_ ABSL_GUARDED_BY(mu_) = 0;
  bool stop_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace eager::server::tf
