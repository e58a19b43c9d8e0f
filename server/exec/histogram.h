// Counting that costs a message next to nothing.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace eager::server {

// Of whole numbers: how many were at most 1, 4, 16, … 4^13, and their sum. Seconds are counted as nanoseconds by their
// microseconds. Any thread may count and read; a reader may see a value's bucket before its sum.
class Histogram {
 public:
  static constexpr int kBounds = 14;

  struct Totals {
    std::array<uint64_t, kBounds + 1> counts{};  // of each bucket alone; the last one's are beyond every bound
    uint64_t sum = 0;

    uint64_t count() const {
      uint64_t all = 0;
      for (uint64_t n : counts) all += n;
      return all;
    }
  };

  static constexpr uint64_t Bound(int bucket) { return uint64_t{1} << (2 * bucket); }
  static int BucketOf(uint64_t value) {
    if (value <= 1) return 0;
    const int bits = 64 - __builtin_clzll(value - 1);
    return bits / 2 + bits % 2 < kBounds ? bits / 2 + bits % 2 : kBounds;
  }

  void Count(uint64_t value) { Add(BucketOf(value), value); }
  void CountNanoseconds(uint64_t ns) { Add(BucketOf((ns + 999) / 1000), ns); }
  void AddTo(Totals& totals) const {
    for (size_t i = 0; i < counts_.size(); ++i) totals.counts[i] += counts_[i].load(std::memory_order_relaxed);
    totals.sum += sum_.load(std::memory_order_relaxed);
  }

 private:
  void Add(int bucket, uint64_t value) {
    counts_[static_cast<size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(value, std::memory_order_relaxed);
  }

  std::array<std::atomic<uint64_t>, kBounds + 1> counts_{};
  std::atomic<uint64_t> sum_{0};
};

}  // namespace eager::server
