// How often ops ran, how they failed, and how long they took: process-wide, as the op table is.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/device/device.h"

namespace eager::server {

inline constexpr int kStatusCodes = 17;

// Those of one device, by the op's index in the table. Thread-safe.
class OpCounts {
 public:
  // Of the device that has this name; they stay for as long as the process.
  static OpCounts& Of(const std::string& device);
  // Of all that were asked for.
  static std::vector<OpCounts*> All();

  explicit OpCounts(std::string device);

  void Ran(int op, uint64_t calls, uint64_t nanoseconds) {
    Row& row = rows_[static_cast<size_t>(op)];
    row.calls.fetch_add(calls, std::memory_order_relaxed);
    if (nanoseconds != 0) row.nanoseconds.fetch_add(nanoseconds, std::memory_order_relaxed);
  }
  void Failed(int op, absl::StatusCode code) {
    const auto column = static_cast<size_t>(code) < kStatusCodes ? static_cast<size_t>(code) : size_t{2};
    failures_[static_cast<size_t>(op) * kStatusCodes + column].fetch_add(1, std::memory_order_relaxed);
  }

  const std::string& device() const { return device_; }
  uint64_t calls(int op) const { return rows_[static_cast<size_t>(op)].calls.load(std::memory_order_relaxed); }
  uint64_t nanoseconds(int op) const { return rows_[static_cast<size_t>(op)].nanoseconds.load(std::memory_order_relaxed); }
  uint64_t failures(int op, int code) const {
    return failures_[static_cast<size_t>(op) * kStatusCodes + static_cast<size_t>(code)].load(std::memory_order_relaxed);
  }

 private:
  struct Row {
    std::atomic<uint64_t> calls{0};
    std::atomic<uint64_t> nanoseconds{0};
  };

  const std::string device_;
  std::vector<Row> rows_;
  std::vector<std::atomic<uint64_t>> failures_;  // [op][code]
};

// What a signature counts of its own calls until they are added to OpCounts. For the signature's thread.
//
// Two clock reads cost as much as a twentieth of a small op. So of small ops one in kStride is timed and stands for all since the
// last one; ops that take longer than kSmall are timed each.
class OpTally {
 public:
  static constexpr uint32_t kStride = 61;            // a prime: loops of programs are rarely as long
  static constexpr uint64_t kSmallNanoseconds = 20'000;

  // Calls run on this device from now on, and what they take may have changed if `anew`.
  void RunOn(int op, const Device& device, bool anew) {
    if (device_ != &device) Move(op, device);
    if (anew) until_timed_ = stride_ = 1;
  }

  // Whether the call that begins now is to be timed.
  bool Due() { return --until_timed_ == 0; }
  void Timed(uint64_t nanoseconds) {
    nanoseconds_ += nanoseconds * stride_;
    until_timed_ = stride_ = nanoseconds < kSmallNanoseconds ? kStride : 1;
  }
  // The call that was Due() failed.
  void NotTimed() { until_timed_ = 1; }
  // A call has ended well. True if it is the first since Flush().
  bool Ran() { return calls_++ == 0; }
  // The same of a call that took so long, whether it was Due() or not.
  bool RanFor(uint64_t nanoseconds) {
    nanoseconds_ += nanoseconds;
    return Ran();
  }
  void Failed(int op, const Device& device, absl::StatusCode code) {
    (counts_ != nullptr ? *counts_ : OpCounts::Of(device.attributes().name)).Failed(op, code);
  }
  // Adds what was counted to the process's counts.
  void Flush(int op) {
    if (calls_ == 0 || counts_ == nullptr) return;
    counts_->Ran(op, calls_, nanoseconds_);
    calls_ = nanoseconds_ = 0;
  }
  void Forget() { calls_ = nanoseconds_ = 0; }

 private:
  void Move(int op, const Device& device) {
    Flush(op);
    counts_ = &OpCounts::Of(device.attributes().name);
    device_ = &device;
  }

  uint64_t calls_ = 0;
  uint64_t nanoseconds_ = 0;
  uint32_t until_timed_ = 1;
  uint32_t stride_ = 1;  // how many calls the next one that is timed stands for
  OpCounts* counts_ = nullptr;
  const Device* device_ = nullptr;
};

}  // namespace eager::server
