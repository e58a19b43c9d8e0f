// The daemon as an object: devices, sessions, listeners.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/device/device_set.h"
#include "server/rpc/security/options.h"
#include "server/session/limits.h"

namespace eager::server {

struct ServerOptions {
  // "host:port" (port 0: any free one), "[::]:8470", "unix:/path/to/socket".
  std::vector<std::string> listen = {"127.0.0.1:8470"};
  DeviceOptions devices = {.devices = "auto"};
  int compute_threads = 0;       // for large kernels; 0: all cores
  // How long a session waits for its client when their link broke. 0: it ends at once.
  absl::Duration session_grace = absl::Seconds(60);
  bool tensorflow = true;        // TensorFlow's own clients are served, by their protocol
  bool fusion = true;            // chains of elementwise ops in one pass
  Limits limits = DefaultLimits();  // of tenants of which `limits_file` says nothing else
  std::string limits_file;          // see LimitSet::Parse; empty: none
  int max_sessions = 1024;          // of all tenants; more would be more threads than a host likes
  SecurityOptions security;
  std::string state;             // folder for named variables; empty: they end with the daemon
  absl::Duration state_interval = absl::ZeroDuration();  // how often they are saved; zero: at the end alone
};

class FrontDoor;
class SessionRegistry;
class StateFolder;

class Server {
 public:
  // Has loaded the named variables and listens when it returns. INVALID_ARGUMENT or NOT_FOUND for wrong options;
  // FAILED_PRECONDITION for an address or a state folder that is in use or cannot be had; DATA_LOSS for a broken one.
  static absl::StatusOr<std::unique_ptr<Server>> Make(const ServerOptions& options);
  // What Make would say of the options and the files that they name, without listening, devices or state.
  static absl::Status Check(const ServerOptions& options);
  virtual ~Server() = default;

  // Where it listens, with the ports that were chosen; in the order of the options.
  virtual const std::vector<std::string>& addresses() const = 0;
  // What it serves.
  virtual const DeviceSet& devices() const = 0;
  // What it has and does, for whoever shows it.
  virtual SessionRegistry& sessions() = 0;
  virtual FrontDoor& door() = 0;
  virtual const StateFolder* state() const = 0;  // null: none
  virtual bool draining() const = 0;
  // Goes by the limits, the limits' file, which is read again, and the most sessions of `options` from now on. INVALID_ARGUMENT or
  // NOT_FOUND for a file that is wrong, and nothing is changed. Thread-safe, as Reload.
  virtual absl::Status SetLimits(const ServerOptions& options) = 0;
  // Reads tokens and certificates again, as they also do by themselves with the next call. What is wrong there is said in the log and
  // changes nothing.
  virtual void Reload() = 0;
  virtual void Shutdown(absl::Duration grace) = 0;
};

}  // namespace eager::server
