// Bulk values through memory that a client of this host maps: copied once on either side, while the other side copies the
// piece before or after it. Only a few bytes a piece go through the socket, and all waiting is there: a client that goes
// away ends the call and with it the memory.
#pragma once

#include <grpcpp/grpcpp.h>

#include "eager/v1/service.grpc.pb.h"
#include "server/rpc/activity.h"
#include "server/session/session_registry.h"

namespace eager::server {

using ExchangeStream = grpc::ServerReaderWriter<v1::ExchangeReply, v1::ExchangeRequest>;

// Serves one call to its end; it is at work while a transfer runs.
absl::Status ServeExchange(SessionRegistry& sessions, const Caller& caller, Activity& activity, ExchangeStream& stream);

}  // namespace eager::server
