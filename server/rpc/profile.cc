#include "server/rpc/profile.h"

#include "common/status_macros.h"
#include "server/log/log.h"
#include "server/rpc/recording.h"

namespace eager::server {
namespace {

template <class Request>
absl::StatusOr<std::shared_ptr<Session>> Find(const SessionRegistry& sessions, const Caller& caller,
                                              const Request& request) {
  if (request.id().empty() == request.session().empty()) {
    return absl::InvalidArgumentError("one of 'id' and 'session' must be given");
  }
  return request.id().empty() ? sessions.Find(request.session(), caller) : sessions.FindById(request.id(), caller);
}

}  // namespace

absl::Status ServeProfile(SessionRegistry& sessions, const Caller& caller, const v1::ProfileRequest& request,
                          grpc::ServerContext& context, grpc::ServerWriter<v1::ProfileChunk>& writer) {
  ASSIGN_OR_RETURN(std::shared_ptr<Session> session, Find(sessions, caller, request));
  ASSIGN_OR_RETURN(const std::unique_ptr<SessionRecording> recording,
                   SessionRecording::Start(std::move(session), request));
  const TraceSubject& subject = recording->subject();
  Log(LogLevel::kInfo, "profile_begin", {{"session", subject.session}, {"tenant", subject.tenant}, {"by", caller.tenant}});
  v1::ProfileChunk chunk;
  chunk.set_started(true);
  bool heard = writer.Write(chunk);
  while (heard && recording->Goes()) heard = !context.IsCancelled();
  chunk.clear_started();
  *chunk.mutable_summary() = recording->Finish([&](std::string piece) {
    v1::ProfileChunk next;
    next.set_trace(std::move(piece));
    return heard = heard && writer.Write(next);
  });
  Log(LogLevel::kInfo, "profile_end",
      {{"session", subject.session}, {"events", chunk.summary().events()}, {"dropped", chunk.summary().dropped()}});
  if (heard && writer.Write(chunk)) return absl::OkStatus();
  return absl::CancelledError("whoever wanted the trace has gone");
}

absl::Status StopProfile(SessionRegistry& sessions, const Caller& caller, const v1::StopProfileRequest& request) {
  ASSIGN_OR_RETURN(const std::shared_ptr<Session> session, Find(sessions, caller, request));
  const std::shared_ptr<Recorder> recorder = session->recorder();
  if (recorder == nullptr) return absl::NotFoundError("the session is not being recorded");
  recorder->Stop();
  return absl::OkStatus();
}

}  // namespace eager::server
