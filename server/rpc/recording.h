// A recording of a session, from the asking to the trace. Knows no gRPC, so that an in-process client has it as well.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "eager/v1/service.pb.h"
#include "server/exec/trace_json.h"
#include "server/session/session.h"

namespace eager::server {

// For one thread. Its end ends the recording.
class SessionRecording {
 public:
  // Has begun when it returns. INVALID_ARGUMENT for a wrong time, FAILED_PRECONDITION for a session that is recorded
  // already, RESOURCE_EXHAUSTED while many others are.
  static absl::StatusOr<std::unique_ptr<SessionRecording>> Start(std::shared_ptr<Session> session,
                                                                 const v1::ProfileRequest& request);
  ~SessionRecording();

  // Waits a moment. False once the recording is over: by its time, by Recorder::Stop, or with the session.
  bool Goes();
  // Ends the recording and calls write() with one piece of the trace after the other, until it returns false.
  v1::ProfileSummary Finish(const std::function<bool(std::string)>& write);

  const TraceSubject& subject() const { return subject_; }

 private:
  SessionRecording(std::shared_ptr<Session> session, const v1::ProfileRequest& request, double seconds);
  void End();

  std::shared_ptr<Session> session_;  // null once it is over: what it holds may go while the trace is written
  const std::shared_ptr<Recorder> recorder_;
  const int64_t nanoseconds_;
  const TraceSubject subject_;
};

}  // namespace eager::server
