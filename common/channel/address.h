// What an address of a daemon says of the way to it.
#pragma once

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace eager {

inline bool IsUnixSocket(absl::string_view address) { return absl::StartsWith(address, "unix:"); }

// Whether what is sent there stays on this host: true only for unix sockets and for what is surely the loopback interface.
bool StaysOnHost(absl::string_view address);

}  // namespace eager
