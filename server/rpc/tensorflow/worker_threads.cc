#include "server/rpc/tensorflow/worker_threads.h"

namespace eager::server::tf {

WorkerThreads::~WorkerThreads() {
  std::vector<std::thread> threads;
  {
    MutexLock lock(&mu_);
    stop_ = true;
    threads.swap(threads_);
    changed_.SignalAll();
  }
  for (std::thread& thread : threads) thread.join();
}

void WorkerThreads::Run(std::function<void()> work) {
  MutexLock lock(&mu_);
  waiting_.push_back(std::move(work));
  if (static_cast<int>(waiting_.size()) <= idle_) {
    changed_.Signal();
  } else if (static_cast<int>(threads_.size()) < kMost) {
    threads_.emplace_back([this] { Serve(); });
  }
}

void WorkerThreads::Serve() {
  while (true) {
    std::function<void()> work;
    {
      MutexLock lock(&mu_);
      ++idle_;
      while (waiting_.empty() && !stop_) changed_.Wait(&mu_);
      --idle_;
      if (waiting_.empty()) return;
      work = std::move(waiting_.front());
      waiting_.pop_front();
    }
    work();
  }
}

}  // namespace eager::server::tf
