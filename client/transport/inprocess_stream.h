// A session stream to a server inside this process: the same program without a daemon.
#pragma once

#include <memory>

#include "client/transport/session_stream.h"
#include "server/session/session_registry.h"

namespace eager::internal {

// Messages are executed by the thread that writes them. `sessions` must outlive the stream.
std::unique_ptr<SessionStream> MakeInProcessStream(server::SessionRegistry& sessions);

// The same to a server of its own, with the host's CPU, that ends with the stream.
absl::StatusOr<std::unique_ptr<SessionStream>> MakeInProcessServer(int64_t cpu_memory_limit);

}  // namespace eager::internal
