// The kernel of Cast: every pair of the dtypes that kernels know, and strings to themselves.
#pragma once

#include "server/kernels/kernel.h"

namespace eager::server {

// What can be cast from and to.
DTypeSet CastDTypes();

// UNIMPLEMENTED "Cast float to string is not supported".
absl::Status CastKernel(KernelContext& k);

}  // namespace eager::server
