// The daemon's log: one line an event, as text (logfmt) or JSON, on stdout.
//
//   Log(LogLevel::kInfo, "stream_open", {{"session", id}, {"tenant", tenant}, {"peer", peer}});
//   ts=2026-01-02T03:04:05.678Z level=info event=stream_open session=4f1d… tenant=default peer=ipv4:127.0.0.1:50532
//   {"ts":"2026-01-02T03:04:05.678Z","level":"info","event":"stream_open","session":"4f1d…",…}
//
// No line holds values of tensors or tokens: who calls sees to that. Whatever bytes a text has, it is quoted so that the line is one
// line, UTF-8 and read back the same; what is no UTF-8 becomes U+FFFD.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace eager::server {

enum class LogLevel { kDebug, kInfo, kWarning, kError, kOff };
enum class LogFormat { kText, kJson };

struct LogOptions {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kText;
  // Most lines of one event in a second. The others are counted, and told of by one line once that second is over and something
  // is logged. 0: all are written.
  int rate = 100;
};

// May be called at any time. Thread-safe, as everything here.
void SetUpLog(const LogOptions& options);

// A key and what it is: a text, a number or a boolean. Refers to the text of its argument.
class LogField {
 public:
  using Value = std::variant<absl::string_view, int64_t, uint64_t, double, bool>;

  template <class T>
  LogField(absl::string_view key, const T& value) : key(key), value(Hold(value)) {}

  absl::string_view key;
  Value value;

 private:
  template <class T>
  static Value Hold(const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      return value;
    } else if constexpr (std::is_floating_point_v<T>) {
      return static_cast<double>(value);
    } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
      return static_cast<int64_t>(value);
    } else if constexpr (std::is_integral_v<T>) {
      return static_cast<uint64_t>(value);
    } else {
      return absl::string_view(value);
    }
  }
};

// `event` is a constant of the program's, of letters, digits and '_'.
void Log(LogLevel level, absl::string_view event, std::initializer_list<LogField> fields = {});
// The lines that tell of what was left out, now: before the end.
void FlushLog();

// Since the start.
struct LogCounts {
  uint64_t debug = 0, info = 0, warning = 0, error = 0;  // lines written
  uint64_t dropped = 0;                                  // lines left out, because there were too many of their event
};
LogCounts CountLogLines();

}  // namespace eager::server
