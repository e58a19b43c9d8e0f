// Convolutions of float32 images by oneDNN.
#pragma once

#include "absl/status/status.h"
#include "common/ops/window.h"
#include "server/device/device.h"
#include "server/kernels/conv_roles.h"

namespace eager::server {

// Images are (batch, rows, columns, channels), filters as ConvDims has them. One of the three is computed from the other
// two, by `pass`: the output, the input (from the gradient of the output) or the filter. Nothing may be empty. Waits.
// Primitives are kept from call to call, for all threads. `device` lends memory to work in.
absl::Status OneDnnConvolve(ConvPass pass, const ConvDims& dims, const void* input, const void* filter,
                            const void* output, Device& device);

}  // namespace eager::server
