// A recording as Chrome's trace event format has it, which https://ui.perfetto.dev and chrome://tracing open.
#pragma once

#include <functional>

#include "server/exec/recorder.h"

namespace eager::server {

// Who was recorded.
struct TraceSubject {
  std::string session;  // its id
  std::string client;
  std::string tenant;
  std::string version;  // of the daemon
};

// Calls write() with one piece after the other, of about `piece_bytes`, until it returns false or all is written. The
// whole is one JSON object: times are microseconds since the recording began, the daemon is the process, the session
// its thread.
void WriteTrace(const Recorder::Recording& recording, const TraceSubject& subject, size_t piece_bytes,
                const std::function<bool(std::string)>& write);

}  // namespace eager::server
