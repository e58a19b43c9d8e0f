// A session stream over gRPC.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "client/transport/session_stream.h"
#include "common/channel/options.h"

namespace eager::internal {

// Connects lazily: the first call finds out whether somebody is there. `address`: "host:port" or "unix:/path".
// `share_memory`: over a unix socket large values go through memory that the server shares, where this process may map it.
// INVALID_ARGUMENT for `channel` options that are wrong for the address.
absl::StatusOr<std::unique_ptr<SessionStream>> MakeGrpcStream(const std::string& address, double connect_timeout_seconds,
                                                              bool share_memory, const ChannelOptions& channel);

}  // namespace eager::internal
