// How many lines the daemon has logged.
#pragma once

#include <spdlog/common.h>

#include <array>
#include <atomic>
#include <cstdint>

namespace eager::server {

// Process-wide and thread-safe. Raised by the log's sink and by whoever holds lines back.
struct LogCounts {
  std::array<std::atomic<uint64_t>, spdlog::level::n_levels> lines{};
  std::atomic<uint64_t> dropped{0};

  static LogCounts& Get() {
    static auto* counts = new LogCounts();
    return *counts;
  }
};

// Counts the default logger's lines from now on; after whatever else sets its sinks up.
void CountLogLines();

}  // namespace eager::server
