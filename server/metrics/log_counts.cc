#include "server/metrics/log_counts.h"

#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace eager::server {
namespace {

class CountingSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    LogCounts::Get().lines[static_cast<size_t>(message.level)].fetch_add(1, std::memory_order_relaxed);
  }
  void flush_() override {}
};

}  // namespace

void CountLogLines() { spdlog::default_logger()->sinks().push_back(std::make_shared<CountingSink>()); }

}  // namespace eager::server
