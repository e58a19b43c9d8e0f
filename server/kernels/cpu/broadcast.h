// The outer loops of elementwise kernels: broadcasting, and cores for large tensors. Knows no op and no element type.
#pragma once

#include <array>
#include <cstdint>

#include "server/kernels/kernel.h"

namespace eager::server {

// Work of this many elements stays on the caller's thread; more is cut into pieces of it for all cores.
inline constexpr int64_t kElementwiseGrain = 32768;

// Bytes of an element of each input and of the output.
struct ElementSizes {
  std::array<uint8_t, 3> in;
  uint8_t out;
};

// Computes output 0 from the first `num_inputs` (1 to 3) inputs, each of which broadcasts to its shape.
void RunElementwise(KernelContext& k, int num_inputs, StretchLoop loop, const ElementSizes& sizes);

}  // namespace eager::server
