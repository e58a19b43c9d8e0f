// Which addresses may be listened on.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/rpc/security/options.h"

namespace eager::server {

// INVALID_ARGUMENT for options that do not fit together, and for addresses that others could reach without TLS, or without
// saying who they are, unless `insecure` is set: then a warning is logged.
absl::Status CheckListeners(const SecurityOptions& options, const std::vector<std::string>& addresses);

}  // namespace eager::server
