// The limit of this thread's waits (context.h's wait_limit).
#pragma once

#include "client/transport/wait_limit.h"

namespace eager::internal {

// The innermost scope's, with the stop tokens of those around it; without one, no limit.
WaitLimit& ThreadWaitLimit();

}  // namespace eager::internal
