#include "server/state/periodic.h"

#include "absl/time/clock.h"

namespace eager::server {

Periodic::Periodic(absl::Duration interval, std::function<void()> work)
    : thread_([this, interval, work = std::move(work)] {
        while (true) {
          const absl::Time next = absl::Now() + interval;
          {
            MutexLock lock(&mu_);
            for (absl::Time now = absl::Now(); !stop_ && now < next; now = absl::Now()) {
              stopped_.WaitFor(&mu_, absl::ToChronoNanoseconds(next - now));
            }
            if (stop_) return;
          }
          work();
        }
      }) {}

Periodic::~Periodic() {
  {
    MutexLock lock(&mu_);
    stop_ = true;
  }
  stopped_.SignalAll();
  thread_.join();
}

}  // namespace eager::server
