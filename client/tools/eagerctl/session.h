// A session of the tool's own on the daemon, for subcommands that compute.
#pragma once

#include "client/context.h"
#include "client/tools/eagerctl/remote.h"

namespace eager::ctl {

// Throws eager::Error if the daemon cannot be reached, or lets nobody in. Ends with the result.
Context OpenSession(const Remote& remote);

// What `deed` returns, or the status of the eager::Error that it throws.
template <class Deed>
absl::Status WithoutThrowing(Deed deed) {
  try {
    return deed();
  } catch (const Error& error) {
    return error.status();
  }
}

}  // namespace eager::ctl
