// The guide's CNN, which several families train.
#pragma once

namespace eager::bench {

// Milliseconds a training step by Adam, batch 32, on the default context's default device.
double CnnStep();

}  // namespace eager::bench
