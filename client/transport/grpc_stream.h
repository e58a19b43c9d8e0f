// A session stream over gRPC.
#pragma once

#include <memory>

#include "client/transport/session_stream.h"

namespace eager::internal {

// Connects lazily: the first call finds out whether somebody is there. `address`: "host:port" or "unix:/path".
std::unique_ptr<SessionStream> MakeGrpcStream(const std::string& address, double connect_timeout_seconds);

}  // namespace eager::internal
