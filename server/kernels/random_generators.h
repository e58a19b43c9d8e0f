// The generators of stateful random ops: each signature keeps them, and a run takes its next numbers. Host state, the
// same on every device.
#pragma once

#include <vector>

#include "common/philox.h"
#include "server/kernels/kernel.h"

namespace eager::server {

// The place of this run's numbers; `blocks` are reserved for it.
Philox Reserve(KernelContext& k, uint64_t blocks);
// As many as all numbers of output 0 may need.
Philox ReserveForOutput(KernelContext& k);

// A random order of [0, size), from the blocks at `philox`.
std::vector<int64_t> Permutation(Philox philox, int64_t size);
// The order of input 0's `rows` > 1 rows in this run.
std::vector<int64_t> ShuffledRows(KernelContext& k, int64_t rows);

}  // namespace eager::server
