// Finds out who makes a call.
#pragma once

#include <grpcpp/grpcpp.h>

#include "server/session/tenant.h"

namespace eager::server {

Caller CallerOf(const grpc::ServerContextBase& context);

}  // namespace eager::server
