// What the daemon can be told by flags, each also as a variable and in its file.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "server/http/options.h"
#include "server/log/log.h"
#include "server/rpc/server.h"

namespace eager::server {

struct Flags {
  ServerOptions server;
  HttpOptions http;
  double grace_seconds = 10;
  double state_interval_seconds = 0;
  double session_grace_seconds = 60;
  LogLevel log_level = LogLevel::kInfo;
  LogFormat log_format = LogFormat::kText;
  int log_rate = 100;
  // Not for files: what to do instead of serving.
  std::string config;
  std::string check;  // an address: act as a health check's client
  bool print_config = false, check_config = false;
};

// Fills `flags` when the app parses.
void AddFlags(CLI::App& app, Flags& flags);

// The options as Server::Make takes them.
ServerOptions ToServerOptions(const Flags& flags);

}  // namespace eager::server
