// Which device an op runs on, and which a value goes to: TensorFlow's rules.
#pragma once

#include "absl/types/span.h"
#include "server/device/device_queues.h"
#include "server/kernels/kernel.h"
#include "server/kernels/variable.h"

namespace eager::server {

// Where a caller wants something to be.
struct Place {
  Place(Device& d, Device& h, bool n) : device(&d), host(&h), named(n) {}
  Place(Device& d) : Place(d, d, true) {}  // NOLINT: a device of a host without others
  // The queue for a name: the default device's for "". Errors as DeviceSet::Find's.
  static absl::StatusOr<Place> Find(DeviceQueues& queues, absl::string_view name);

  Device* device;
  Device* host;  // where host values live
  bool named;    // false: the default device, which small integers do not go to
};

// Where a value of the host's goes: to the place's device; strings, and small integers unless the device is named, stay
// on the host, where shape inference and kernels read them.
Device& PlaceValue(const TensorSpec& spec, const Place& place);

struct Placement {
  Device* device = nullptr;
  const KernelRow* kernel = nullptr;  // null for an alias
  bool fell_to_host = false;          // the place's device has no kernel for it
};

// Where an op with these inputs runs, by the first of these that holds:
// - an op on a variable runs where the variable was made;
// - an op that is all about strings runs on the host, and, unless the device is named, one that makes small integers or
//   booleans of small integers of the host: what programs count and branch by;
// - the place's device has a kernel for `dtype`: there;
// - on the host, as TensorFlow's soft placement does.
// NOT_FOUND if nobody has a kernel; UNIMPLEMENTED for an op on a variable whose device has none.
absl::StatusOr<Placement> PlaceOp(const OpSpec& op, DType dtype, absl::Span<const TensorRef> inputs,
                                  absl::Span<const TensorSpec> outputs, const Place& place);

// Whether kernels on `device` may touch memory of `other` as it is: their own queue's, or any of the same host's.
inline bool Reaches(const Device& device, const Device& other) {
  return &device == &other || (device.host_accessible() && device.SameDevice(other));
}

// The device where a tensor's values are, a variable's as well.
inline Device* DeviceOf(const Tensor& t) { return t.is_variable() ? &t.variable().device() : t.buffer()->device(); }

}  // namespace eager::server
