// What sessions' messages and bulk transfers are counted by. Process-wide.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

#include "server/exec/histogram.h"

namespace eager::server {

// What a message's time goes to. kQueue: turns at the compute threads; kWait: values that are brought to the host.
enum class Phase { kDecode, kQueue, kExecute, kWait, kEncode };
inline constexpr std::array<const char*, 5> kPhaseNames = {"decode", "queue", "execute", "wait", "encode"};
// The ways of values and messages.
enum class Path { kStream, kBulk, kShared };
inline constexpr std::array<const char*, 3> kPathNames = {"stream", "bulk", "shared"};

// Any thread may count and read. There are some of them, so that threads seldom meet at one.
class alignas(64) MessageCounts {
 public:
  using Clock = std::chrono::steady_clock;

  // The calling thread's.
  static MessageCounts& Mine();

  void Took(Phase phase, Clock::duration time) { phases_[static_cast<size_t>(phase)].CountNanoseconds(Nanoseconds(time)); }
  void Answered(Clock::duration time) { reads_.CountNanoseconds(Nanoseconds(time)); }
  void Executed(size_t items) { items_.Count(items); }
  void Received(Path path, uint64_t bytes) { received_[static_cast<size_t>(path)].fetch_add(bytes, std::memory_order_relaxed); }
  void Sent(Path path, uint64_t bytes) { sent_[static_cast<size_t>(path)].fetch_add(bytes, std::memory_order_relaxed); }

  // All threads' together.
  struct Totals {
    std::array<Histogram::Totals, kPhaseNames.size()> phases;
    Histogram::Totals reads;
    Histogram::Totals items;
    std::array<uint64_t, kPathNames.size()> received{};
    std::array<uint64_t, kPathNames.size()> sent{};
  };
  static Totals All();

 private:
  static uint64_t Nanoseconds(Clock::duration time) {
    return time.count() > 0 ? static_cast<uint64_t>(std::chrono::nanoseconds(time).count()) : 0;
  }
  static std::array<MessageCounts, 16>& Shards();

  std::array<Histogram, kPhaseNames.size()> phases_;
  Histogram reads_;
  Histogram items_;
  std::array<std::atomic<uint64_t>, kPathNames.size()> received_{};
  std::array<std::atomic<uint64_t>, kPathNames.size()> sent_{};
};

}  // namespace eager::server
