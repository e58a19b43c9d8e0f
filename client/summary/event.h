// Events as the bytes that an event file's records hold (proto/eager/events).
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "common/host_tensor.h"

namespace eager::internal {

// Seconds since 1970, to the microsecond.
double WallTime();

// The first event of every file.
std::string FileVersionEvent(double wall_time);

// One value at one step. `plugin` is TensorBoard's: "scalars", "histograms", "images", "text".
std::string ValueEvent(double wall_time, int64_t step, absl::string_view tag, const HostTensor& value,
                       absl::string_view plugin, absl::string_view description);

}  // namespace eager::internal
