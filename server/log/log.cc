#include "server/log/log.h"

#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <memory>

#include "server/log/format.h"
#include "server/log/rate.h"

namespace eager::server {
namespace {

// spdlog writes the lines, with their time and level; what is in them is made here.
struct Book {
  std::atomic<LogLevel> level{LogLevel::kInfo};
  std::atomic<LogFormat> format{LogFormat::kText};
  std::atomic<int> rate{100};
  LogRate rates;
  std::atomic<uint64_t> written[4] = {};
  std::atomic<uint64_t> dropped{0};
};

Book& TheBook() {
  static Book* const book = new Book;  // outlives whoever logs at the end
  return *book;
}

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return spdlog::level::debug;
    case LogLevel::kInfo: return spdlog::level::info;
    case LogLevel::kWarning: return spdlog::level::warn;
    case LogLevel::kError: return spdlog::level::err;
    case LogLevel::kOff: break;
  }
  return spdlog::level::off;
}

void Write(LogLevel level, absl::string_view event, std::initializer_list<LogField> fields) {
  Book& book = TheBook();
  book.written[static_cast<int>(level)].fetch_add(1, std::memory_order_relaxed);
  const std::string line = book.format == LogFormat::kJson ? FormatJson(event, fields) : FormatText(event, fields);
  spdlog::log(ToSpdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

void WriteLeftOut(const std::vector<LogRate::LeftOut>& left_out) {
  for (const LogRate::LeftOut& l : left_out) Write(LogLevel::kWarning, "log_suppressed", {{"name", l.event}, {"count", l.count}});
}

}  // namespace

void SetUpLog(const LogOptions& options) {
  Book& book = TheBook();
  book.level = options.level;
  book.rate = options.rate;
  book.format = options.format;
  const bool json = options.format == LogFormat::kJson;
  spdlog::set_pattern(json ? "{\"ts\":\"%Y-%m-%dT%H:%M:%S.%eZ\",\"level\":\"%l\",%v" : "ts=%Y-%m-%dT%H:%M:%S.%eZ level=%l %v",
                      spdlog::pattern_time_type::utc);
  spdlog::set_level(ToSpdlog(options.level));
  spdlog::flush_on(spdlog::level::debug);
}

void Log(LogLevel level, absl::string_view event, std::initializer_list<LogField> fields) {
  Book& book = TheBook();
  if (level < book.level.load(std::memory_order_relaxed) || level == LogLevel::kOff) return;
  const int64_t second =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
  std::vector<LogRate::LeftOut> left_out;
  const bool write = book.rates.Take(event, second, book.rate, left_out);
  WriteLeftOut(left_out);
  if (write) {
    Write(level, event, fields);
  } else {
    book.dropped.fetch_add(1, std::memory_order_relaxed);
  }
}

void FlushLog() { WriteLeftOut(TheBook().rates.TakeAll()); }

LogCounts CountLogLines() {
  const Book& book = TheBook();
  return {book.written[0], book.written[1], book.written[2], book.written[3], book.dropped};
}

}  // namespace eager::server
