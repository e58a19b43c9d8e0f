// The flags of HTTP: metrics, health and the status page.
#pragma once

#include <CLI/CLI.hpp>

#include "server/http/options.h"

namespace eager::server {

// Fills `options` when the app parses.
void AddHttpFlags(CLI::App& app, HttpOptions& options);

}  // namespace eager::server
