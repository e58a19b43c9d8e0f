// All that the daemon was told, and reading it again.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/config/layers.h"
#include "server/flags.h"
#include "server/rpc/server.h"

namespace eager::server {

class Configuration {
 public:
  // From flags, the environment and the file. Throws CLI::ParseError as App::parse does; INVALID_ARGUMENT for what Layers::Parse refuses.
  // `app` is fresh: its options come to be bound to the result.
  static absl::StatusOr<std::unique_ptr<Configuration>> Read(CLI::App& app, int argc, const char* const* argv);

  const Flags& flags() const { return flags_; }
  // All of it by the flags' names, "--listen": paths and numbers, no secrets.
  std::map<std::string, std::string> Values() const;
  // --print-config: a file with all of it.
  std::string ToFile() const;

  // Reads all of it again and has `server` and the log go by it. What is wrong is told in the log, and changes nothing; so are the
  // names of what has changed, and of what of that needs a restart.
  static void Reload(std::unique_ptr<Configuration>& current, int argc, const char* const* argv, Server& server);

 private:
  Flags flags_;
  Layers layers_;
};

// Has the log go by the flags.
void SetUpLog(const Flags& flags);

}  // namespace eager::server
