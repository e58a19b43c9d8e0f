// Upload and Download: tensor bytes as raw gRPC messages, copied once on their way in and not at all on their way out.
#pragma once

#include <grpcpp/grpcpp.h>

#include "server/rpc/activity.h"
#include "server/session/session_registry.h"

namespace eager::server {

// Reactors delete themselves when their call is over; until then they are at work. It fails where there is no caller.
grpc::ServerReadReactor<grpc::ByteBuffer>* StartUpload(SessionRegistry& sessions, absl::StatusOr<Caller> caller, Activity& activity,
                                                       grpc::ByteBuffer* response);
grpc::ServerWriteReactor<grpc::ByteBuffer>* StartDownload(SessionRegistry& sessions, absl::StatusOr<Caller> caller, Activity& activity,
                                                          const grpc::ByteBuffer& request);

}  // namespace eager::server
