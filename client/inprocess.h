// The same program without a daemon: a server inside this process. Link eager::inprocess.
#pragma once

#include <cstdint>
#include <source_location>

#include "client/context.h"

namespace eager {

struct InProcessOptions {
  int64_t cpu_memory_limit = 0;  // bytes; 0: the host's memory
};

// Makes a server with the host's CPU and a session on it the default context. Ops run on the thread that writes their
// batch. The server ends with its session's last tensor.
void ConnectInProcess(InProcessOptions options = {}, std::source_location where = std::source_location::current());

}  // namespace eager
