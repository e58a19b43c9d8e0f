// Elements of ranges, the same on every device.
#pragma once

#include "server/kernels/elementwise_fns.h"

namespace eager::server {

// start + i * delta in W, rounded after each step as arithmetic in the output's type is: rounded(x) is what it keeps of
// x, but for the last step's.
template <class W, class Rounded>
EAGER_HOST_DEVICE W RangeElement(W start, W delta, int64_t i, Rounded rounded) {
  return start + rounded(rounded(static_cast<W>(i)) * delta);
}

// Element i of n from `start` to `stop`, `step` apart; the last is `stop` exactly.
template <class W>
EAGER_HOST_DEVICE W LinSpaceElement(W start, W stop, W step, int64_t i, int64_t n) {
  return n > 1 && i == n - 1 ? stop : start + step * static_cast<W>(i);
}

}  // namespace eager::server
