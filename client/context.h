// Which server a thread's ops go to, and which of its devices.
#pragma once

#include <iosfwd>
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
  // How long calls wait for a server whose link broke, before the session is given up. Until then nothing is lost: what the server has
  // not executed is sent again, what it answered is said again. Negative: as long as the server keeps the session; 0: not at all.
  double reconnect_seconds = -1;
  // An op placed on a device that the server does not have runs on the default one, as TensorFlow does, and the first
  // such placement by a name is told on stderr; else it is an error.
  bool soft_placement = true;
  // Large values to and from a server behind a unix socket go through memory that both share, if the server lets this process
  // map it: the same user's, on the same host. Else, or where it is false, they go through the socket.
  bool shared_memory = true;
};

struct DeviceInfo {
  std::string name;  // "/device:CPU:0"
  std::string type;
  int64_t memory_limit = 0;   // bytes that tensors may take
  uint64_t incarnation = 0;   // random, new with each start of the server
  std::string physical_desc;  // "device: …", what the host calls it
};

// A device without what an op could ask of it.
struct PhysicalDevice {
  std::string name;  // "/physical_device:GPU:0"
  std::string device_type;
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

// The devices of the default context's server, the default one first. They wait only for a context that must be made.
std::vector<DeviceInfo> list_local_devices(std::source_location where = std::source_location::current());
inline std::vector<DeviceInfo> list_devices(std::source_location where = std::source_location::current()) {
  return list_local_devices(where);
}
// Those of one type ("CPU", "GPU"), or all of them.
std::vector<PhysicalDevice> list_physical_devices(const std::string& device_type = "",
                                                  std::source_location where = std::source_location::current());
bool is_gpu_available(std::source_location where = std::source_location::current());
// As Python prints what device_lib.list_local_devices() and tf.config.list_physical_devices() give, alone and in lists.
std::string ToString(const DeviceInfo& device);
std::string ToString(const PhysicalDevice& device);
std::ostream& operator<<(std::ostream& out, const DeviceInfo& device);
std::ostream& operator<<(std::ostream& out, const PhysicalDevice& device);
std::ostream& operator<<(std::ostream& out, const std::vector<DeviceInfo>& devices);
std::ostream& operator<<(std::ostream& out, const std::vector<PhysicalDevice>& devices);

// Ops of this thread run on the named device while this lives, and `identity` copies a tensor to it. Scopes nest; "" is
// the default device again. Names are TensorFlow's: "/gpu:0", "CPU:0", "/device:GPU:1",
// "/job:worker/replica:0/task:0/device:CPU:0"; case does not matter. INVALID_ARGUMENT for a text that names no device,
// for one of another host, and without soft placement for one that is not there. Never waits.
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
