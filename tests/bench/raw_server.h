// The comparator's server: gRPC and nothing else.
#pragma once

#include <cstddef>

namespace eager::bench {

// What both sides of the comparator know.
inline constexpr size_t kTransferBytes = size_t{256} << 20;
inline constexpr size_t kSliceBytes = size_t{1} << 20;
inline constexpr size_t kOpSlots = 1024;  // slot 0 holds 1, the others 0 at first

// Listens on a free port of the loopback, says on stdout which, and serves until it is killed.
int ServeRaw();

}  // namespace eager::bench
