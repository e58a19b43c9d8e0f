// Why nobody can listen on an address, for those whose libraries do not say.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace eager::server {

// The system's reason: "Address already in use", "Permission denied", … `address`: host:port, [host]:port or unix:/path, which
// somebody has just tried in vain. Tries again, looking up names, and leaves nothing
// behind.
std::string WhyNotListen(absl::string_view address);

}  // namespace eager::server
