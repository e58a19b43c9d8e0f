// What the server's time for this program goes into, as a trace.
#pragma once

#include <memory>
#include <source_location>
#include <string>

#include "client/context.h"

namespace eager {

// While it lives, the server records the session: each message with its phases, each op with its device, shapes and
// time, no values. At its end the trace is in the file `path`, for https://ui.perfetto.dev or chrome://tracing.
//
//   { tf::profile trace("trace.json"); step(); }
//
// It waits for what was asked for before, at its making and at its end, so that the trace has just what happened
// between them. One at a time and session, ten minutes at most; of more than a million events the last ones are kept.
class profile {
 public:
  // UNIMPLEMENTED at a server that is too old; FAILED_PRECONDITION while the session is recorded; RESOURCE_EXHAUSTED
  // while many others are; INVALID_ARGUMENT where the file cannot be written.
  explicit profile(const std::string& path, std::source_location where = std::source_location::current());
  profile(const Context& context, const std::string& path,
          std::source_location where = std::source_location::current());
  // As stop(); what goes wrong is told on stderr.
  ~profile();
  profile(const profile&) = delete;
  profile& operator=(const profile&) = delete;

  // Ends the recording and writes the file; a second call does nothing. UNAVAILABLE if the link broke meanwhile: then
  // there is no trace.
  void stop(std::source_location where = std::source_location::current());

 private:
  struct Recording;
  std::unique_ptr<Recording> recording_;  // null once it is stopped
};

}  // namespace eager
