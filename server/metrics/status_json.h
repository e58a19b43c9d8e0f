// What /api/status answers: the state of a daemon as JSON, for the status page and for scripts.
#pragma once

#include <map>
#include <string>

#include "absl/time/time.h"
#include "server/rpc/server.h"

namespace eager::server {

struct StatusFacts {
  absl::Time started;
  bool ready = false;
  bool draining = false;
  std::map<std::string, std::string> flags;
};

// `server` may be null: it has not started. UTF-8, without tokens, values of tensors or addresses of memory.
std::string StatusJson(const StatusFacts& facts, Server* server);

}  // namespace eager::server
