#include "server/exec/trace_json.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace eager::server {
namespace {

// A JSON string. Names come from clients and may be any bytes; what is no ASCII becomes '?'.
std::string Quoted(absl::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c < 0x20 || c > 0x7e ? '?' : c);
  }
  out.push_back('"');
  return out;
}

// "12.345": nanoseconds in microseconds, exactly.
std::string Micros(int64_t nanoseconds) { return absl::StrFormat("%d.%03d", nanoseconds / 1000, nanoseconds % 1000); }

void AppendNamed(std::string& out, absl::string_view what, absl::string_view name) {
  absl::StrAppend(&out, "{\"name\":\"", what, "\",\"ph\":\"M\",\"pid\":1,\"tid\":1,\"args\":{\"name\":", Quoted(name),
                  "}}");
}

void AppendEvent(std::string& out, const Recorder::Event& event, const Recorder::Kind& kind) {
  absl::StrAppend(&out, ",\n{\"name\":", Quoted(kind.name), ",\"cat\":\"", kind.category,
                  "\",\"ph\":\"X\",\"pid\":1,\"tid\":1,\"ts\":", Micros(event.start), ",\"dur\":", Micros(event.took),
                  ",\"args\":{", kind.args);
  const char* comma = kind.args.empty() ? "" : ",";
  if (event.items != 0) absl::StrAppend(&out, std::exchange(comma, ","), "\"items\":", event.items);
  if (event.bytes != 0) absl::StrAppend(&out, std::exchange(comma, ","), "\"bytes\":", event.bytes);
  out += "}}";
}

}  // namespace

void WriteTrace(const Recorder::Recording& recording, const TraceSubject& subject, size_t piece_bytes,
                const std::function<bool(std::string)>& write) {
  std::string out = absl::StrCat(
      "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"version\":", Quoted(subject.version),
      ",\"session\":", Quoted(subject.session), ",\"client\":", Quoted(subject.client),
      ",\"tenant\":", Quoted(subject.tenant),
      ",\"began\":", Quoted(absl::FormatTime(recording.began, absl::UTCTimeZone())),
      ",\"seconds\":", recording.took / 1000000000, absl::StrFormat(".%09d", recording.took % 1000000000),
      ",\"events\":", recording.events.size(), ",\"dropped\":", recording.dropped, "},\n\"traceEvents\":[\n");
  AppendNamed(out, "process_name", absl::StrCat("eagerd ", subject.version));
  out += ",\n";
  AppendNamed(out, "thread_name", absl::StrCat("session ", subject.session, " of ", subject.client));
  for (const Recorder::Event& event : recording.events) {
    AppendEvent(out, event, recording.kinds[event.kind]);
    if (out.size() < piece_bytes) continue;
    if (!write(std::exchange(out, std::string()))) return;
  }
  out += "\n]}\n";
  write(std::move(out));
}

}  // namespace eager::server
