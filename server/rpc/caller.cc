#include "server/rpc/caller.h"

namespace eager::server {

Caller CallerOf(const grpc::ServerContextBase&) { return Caller(); }

}  // namespace eager::server
