// What a server tells of itself at the start.
#pragma once

#include "eager/v1/service.pb.h"
#include "server/session/session_registry.h"

namespace eager::server {

inline constexpr uint32_t kProtocolVersion = 1;
inline constexpr uint64_t kMaxMessageBytes = 16 << 20;
// The largest tensor that one Upload may bring.
inline constexpr uint64_t kMaxTensorBytes = uint64_t{1} << 40;

// Random, new with each start of the daemon.
uint64_t Incarnation();

// FAILED_PRECONDITION if the client speaks no version of the protocol that the server does.
absl::Status SayHello(const SessionRegistry& sessions, const v1::HelloRequest& request, v1::HelloResponse* response);

}  // namespace eager::server
