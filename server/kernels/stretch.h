// What the inner loop of an elementwise kernel works on.
#pragma once

#include <array>
#include <cstdint>

namespace eager::server {

// A run of n output elements and what they are computed from.
struct Stretch {
  std::array<const void*, 3> in;  // null beyond the op's inputs
  std::array<int64_t, 3> step;    // 1: input i has n elements here; 0: one element serves all
  void* out;                      // may be in[0] or in[1], element for element
  int64_t n;
};
using StretchLoop = void (*)(const Stretch&);

}  // namespace eager::server
