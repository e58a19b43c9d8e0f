// One stream of eager.v1's Session over gRPC: executes what comes, answers, and says again what a broken stream lost.
#pragma once

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/sync_stream.h>

#include <atomic>
#include <string>

#include "server/session/session_registry.h"

namespace eager::server {

// Messages both ways as bytes: the client's are taken apart by the dispatcher, the server's are kept for another
// stream.
using SessionStream = grpc::ServerReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>;

// What all streams together do.
struct StreamActivity {
  std::atomic<int64_t> open{0};
  std::atomic<int64_t> busy{0};     // messages in execution
  std::atomic<int64_t> handled{0};  // messages executed since the start
};

// Serves a stream to its end, on the caller's thread.
absl::Status ServeSessionStream(SessionRegistry& sessions, StreamActivity& activity, const Caller& caller,
                                grpc::ServerContext& context, SessionStream& stream);

}  // namespace eager::server
