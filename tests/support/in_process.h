// A server inside the test: what a program does against a daemon, without one.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "server/session/session_registry.h"

namespace eager::testing {

// While it lives, the default context is a session of a server in this process with one CPU device, or with the devices
// that EAGERD_TEST_DEVICES names ("gpu:0,cpu": tests of ops then run on the GPU). At most one at a time; tensors may outlive it, but only to be destroyed. The figures are for tests of leaks: what a client let go of is
// gone after Context::Sync() of the session that held it.
class InProcessServer {
 public:
  // `cpu_memory_limit` in bytes; 0: the host's memory.
  static absl::StatusOr<std::unique_ptr<InProcessServer>> Make(int64_t cpu_memory_limit = 0);
  static absl::StatusOr<std::unique_ptr<InProcessServer>> Make(const server::DeviceOptions& options);
  ~InProcessServer();
  InProcessServer(const InProcessServer&) = delete;
  InProcessServer& operator=(const InProcessServer&) = delete;

  // One more session, and the default context from now on. The ones before go on.
  absl::Status Reconnect();

  const server::DeviceSet& devices() const { return *devices_; }
  server::SessionRegistry& sessions() { return sessions_; }
  // Of the default device, which holds the tensors of all sessions.
  server::MemoryStats memory() const { return devices_->default_device().memory_stats(); }

 private:
  explicit InProcessServer(std::unique_ptr<server::DeviceSet> devices)
      : devices_(std::move(devices)), sessions_(*devices_) {}

  const std::unique_ptr<server::DeviceSet> devices_;
  server::SessionRegistry sessions_;
};

}  // namespace eager::testing
