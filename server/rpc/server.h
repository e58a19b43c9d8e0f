// The daemon as an object: devices, sessions, listeners.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/device/device_set.h"

namespace eager::server {

struct ServerOptions {
  // "host:port" (port 0: any free one), "[::]:8470", "unix:/path/to/socket".
  std::vector<std::string> listen = {"127.0.0.1:8470"};
  DeviceOptions devices = {.devices = "auto"};
  int compute_threads = 0;       // for large kernels; 0: all cores
  // How long a session waits for its client when their link broke. 0: it ends at once.
  absl::Duration session_grace = absl::Seconds(60);
  bool fusion = true;            // chains of elementwise ops in one pass
  std::string state;             // folder for named variables; empty: they end with the daemon
  absl::Duration state_interval = absl::ZeroDuration();  // how often they are saved; zero: at the end alone
};

class Server {
 public:
  // Has loaded the named variables and listens when it returns. INVALID_ARGUMENT or NOT_FOUND for wrong options;
  // FAILED_PRECONDITION for an address or a state folder that is in use or cannot be had; DATA_LOSS for a broken one.
  static absl::StatusOr<std::unique_ptr<Server>> Make(const ServerOptions& options);
  virtual ~Server() = default;

  // Where it listens, with the ports that were chosen; in the order of the options.
  virtual const std::vector<std::string>& addresses() const = 0;
  // What it serves.
  virtual const DeviceSet& devices() const = 0;
  // Takes no new sessions, lets running work and reads finish, at most for `grace`, ends every session and saves the named
  // variables. Thread-safe.
  virtual void Shutdown(absl::Duration grace) = 0;
};

}  // namespace eager::server
