// The flags of what tenants and their sessions may have.
#pragma once

#include <CLI/CLI.hpp>

#include "server/rpc/server.h"

namespace eager::server {

// Fills the limits of `options` when the app parses.
void AddLimitFlags(CLI::App& app, ServerOptions& options);

}  // namespace eager::server
