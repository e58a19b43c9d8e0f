// One stream of eager.v1's Session over gRPC: executes what comes, answers, and says again what a broken stream lost.
#pragma once

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/sync_stream.h>

#include <atomic>
#include <string>

#include "server/rpc/activity.h"
#include "server/session/session_registry.h"

namespace eager::server {

// Messages both ways as bytes: the client's are taken apart by the dispatcher, the server's are kept for another
// stream.
using SessionStream = grpc::ServerReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>;

// Serves a stream to its end, on the caller's thread; it is at work while a message is executed and answered. `open`: how
// many streams are served now.
absl::Status ServeSessionStream(SessionRegistry& sessions, Activity& activity, std::atomic<int64_t>& open, const Caller& caller,
                                grpc::ServerContext& context, SessionStream& stream);

}  // namespace eager::server
