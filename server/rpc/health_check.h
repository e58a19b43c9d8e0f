// The other side of grpc.health.v1: for scripts and containers that ask whether a daemon is healthy.
#pragma once

#include <string>

namespace eager::server {

// 0 if the daemon at `address` answers SERVING within five seconds, else 1 with a line on stderr. TLS and a token as
// the environment of clients has them (common/channel/channel.h).
int CheckHealth(const std::string& address);

}  // namespace eager::server
