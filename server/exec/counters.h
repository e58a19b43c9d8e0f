// What execution counts for metrics and listings.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "common/ops/op_table.h"

namespace eager::server {

// Process-wide, as the op table is; every member may be read and raised by any thread.
struct ExecCounters {
  static ExecCounters& Get() {
    static auto* counters = new ExecCounters();
    return *counters;
  }

  // Bytes of tensors that ops found on another device than theirs and had copied.
  std::atomic<uint64_t> bytes_to_devices{0};
  std::atomic<uint64_t> bytes_to_host{0};
  std::atomic<uint64_t> bytes_between_devices{0};
  // Gradients that were asked for of tapes.
  std::atomic<uint64_t> backward_passes{0};
  // Calls of each op, by its index in the table, that ran on the host because their device has no kernel for them.
  std::vector<std::atomic<uint64_t>> host_falls = std::vector<std::atomic<uint64_t>>(OpTable::Builtin().size());

  static void Add(std::atomic<uint64_t>& counter, uint64_t n) { counter.fetch_add(n, std::memory_order_relaxed); }
};

}  // namespace eager::server
