// Names of devices, as tf.device takes them.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace eager::internal {

// What a server's device is called in full: TensorFlow's name for the first remote worker.
inline constexpr absl::string_view kWorkerPrefix = "/job:worker/replica:0/task:0";

// A wish: what is left out may be anything.
struct DeviceName {
  bool other_host = false;  // names a job, replica or task that is not this server
  std::string type;         // "CPU", "GPU", …, in capitals; empty: any
  int index = -1;           // -1: any

  // Parts between slashes, in any order: "job:worker", "replica:0", "task:0", and "device:GPU:0", "gpu:0", "GPU:*" or
  // "cpu"; the first slash may be missing. This server is the job "worker" or "localhost".
  // INVALID_ARGUMENT, quoting the part that is wrong, for everything else.
  static absl::StatusOr<DeviceName> Parse(absl::string_view text);

  // Whether a device of this server, "/device:GPU:0" or its full name, is meant. Never if other_host.
  bool Matches(const DeviceName& device) const {
    return !other_host && (type.empty() || type == device.type) && (index < 0 || index == device.index);
  }
};

}  // namespace eager::internal
