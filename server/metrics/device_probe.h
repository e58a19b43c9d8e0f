// Whether a device computes: a small op, really run.
#pragma once

#include <chrono>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "common/mutex.h"
#include "server/device/device_set.h"

namespace eager::server {

// Of one device. Runs the op on a thread of its own, because a device that hangs answers never. Thread-safe.
class DeviceProbe {
 public:
  // For so long a result is good.
  static constexpr std::chrono::seconds kFresh{5};
  // For so long an answer is waited for; whoever asks when that is over hears so at once.
  static constexpr std::chrono::seconds kPatience{2};

  // Both must outlive it.
  DeviceProbe(const DeviceSet& devices, const Device& device);
  // Waits for an op that runs.
  ~DeviceProbe();

  // OK, or why the device does not work. Runs the op anew if the last result is older than kFresh. A device whose memory is
  // full works: others use it.
  absl::Status Works() ABSL_LOCKS_EXCLUDED(mu_);

 private:
  using Clock = std::chrono::steady_clock;

  void Loop() ABSL_LOCKS_EXCLUDED(mu_);

  const DeviceSet& devices_;
  const Device& device_;
  Mutex mu_;
  CondVar changed_;
  bool stop_ ABSL_GUARDED_BY(mu_) = false;
  bool asked_ ABSL_GUARDED_BY(mu_) = false;  // and not answered
  Clock::time_point asked_at_ ABSL_GUARDED_BY(mu_);
  Clock::time_point answered_ ABSL_GUARDED_BY(mu_) = Clock::time_point::min();
  absl::Status result_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;
};

}  // namespace eager::server
