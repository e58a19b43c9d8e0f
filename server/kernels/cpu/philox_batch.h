// Many Philox blocks at a time, and normal numbers from them, with the widest vectors that the processor has. The bits
// of the results are the same on every processor: no product and sum are fused.
#pragma once

#include <cstdint>

#include "common/philox.h"

namespace eager::server {

// Writes `count` blocks of four words each to `out`: the one at `first`, then each `stride` blocks behind the last.
void PhiloxBlocks(const Philox& first, uint64_t stride, int64_t count, uint32_t* out);

// Box and Muller: every two words become two normally distributed numbers of mean 0 and deviation 1. Bit for bit what
// TensorFlow makes of them on Linux (random_fns.h).
void BoxMuller(const uint32_t* words, int64_t pairs, float* out);
// The same in double: every four words become two numbers, by the C library's log and sincos.
void BoxMuller(const uint32_t* words, int64_t pairs, double* out);

}  // namespace eager::server
