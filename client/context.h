// Which server a thread's ops go to, and which of its devices.
#pragma once

#include <memory>
#include <source_location>
#include <string>
#include <vector>

#include "client/error.h"

namespace eager {

namespace internal {
class ContextState;
}

struct ConnectOptions {
  double timeout_seconds = 10;  // for the server to answer
  // An op placed on a device that the server does not have runs on the default one, as TensorFlow does; else it is an
  // error.
  bool soft_placement = true;
};

struct DeviceInfo {
  std::string name;  // "/device:CPU:0"
  std::string type;
  int64_t memory_limit = 0;
  uint64_t incarnation = 0;
  std::string physical_desc;
};

// One session on one server. Copies share it; it ends with the last copy and the last tensor. Thread-safe.
class Context {
 public:
  // Waits for the server's hello. UNAVAILABLE if nobody answers, FAILED_PRECONDITION if it is of another version.
  static Context Connect(const std::string& address, ConnectOptions options = {},
                         std::source_location where = std::source_location::current());
  // The context of this process: what Connect() below set, else a new one at EAGERD_ADDRESS or localhost:8470.
  static Context Default(std::source_location where = std::source_location::current());
  static void SetDefault(Context context);

  const std::string& address() const;
  std::vector<DeviceInfo> devices() const;
  // Writes what is in the batch without waiting for anything: nothing else is ever lost or late for more than a moment.
  void Flush(std::source_location where = std::source_location::current());
  // Waits until everything so far has been executed, and throws the first error of an op that has no result to keep it.
  void Sync(std::source_location where = std::source_location::current());
  // Ends the session; its tensors become unusable.
  void Close();

  explicit Context(std::shared_ptr<internal::ContextState> state) : state_(std::move(state)) {}
  const std::shared_ptr<internal::ContextState>& state() const { return state_; }

 private:
  std::shared_ptr<internal::ContextState> state_;
};

// Makes a new context at `address` the default one.
void Connect(const std::string& address, ConnectOptions options = {},
             std::source_location where = std::source_location::current());
// Ends the default context's session and forgets it.
void Disconnect();

// Ops run when they are called, always. For programs that ask.
constexpr bool executing_eagerly() { return true; }

// The default context's devices, and whether one is a GPU.
std::vector<DeviceInfo> list_devices(std::source_location where = std::source_location::current());
bool is_gpu_available(std::source_location where = std::source_location::current());
// The listing as TensorFlow's device_lib.list_local_devices prints it.
std::string ToString(const DeviceInfo& device);

// Ops of this thread run on the named device ("/gpu:0", "CPU:0", "/device:CPU:0") while this lives. Scopes nest.
class device {
 public:
  explicit device(const std::string& name, std::source_location where = std::source_location::current());
  ~device();
  device(const device&) = delete;
  device& operator=(const device&) = delete;

 private:
  std::string outer_;
};

}  // namespace eager
