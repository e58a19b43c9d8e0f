// Recordings of sessions: who may ask for one, how long it goes on, and the trace as a stream.
#pragma once

#include <grpcpp/grpcpp.h>

#include "eager/v1/service.grpc.pb.h"
#include "server/session/session_registry.h"

namespace eager::server {

// Records, and then writes the trace. INVALID_ARGUMENT for a wrong time; NOT_FOUND or PERMISSION_DENIED for a session
// that is not the caller's to see; FAILED_PRECONDITION for one that is recorded already; RESOURCE_EXHAUSTED while the
// daemon records many others.
absl::Status ServeProfile(SessionRegistry& sessions, const Caller& caller, const v1::ProfileRequest& request,
                          grpc::ServerContext& context, grpc::ServerWriter<v1::ProfileChunk>& writer);

// NOT_FOUND if nobody records the session.
absl::Status StopProfile(SessionRegistry& sessions, const Caller& caller, const v1::StopProfileRequest& request);

}  // namespace eager::server
