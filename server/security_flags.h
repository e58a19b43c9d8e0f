// The flags of who may reach the daemon.
#pragma once

#include <CLI/CLI.hpp>

#include "server/rpc/security/options.h"

namespace eager::server {

// Fills `options` when the app parses.
void AddSecurityFlags(CLI::App& app, SecurityOptions& options);

}  // namespace eager::server
