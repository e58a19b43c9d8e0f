// Convolutions by our own kernels: depthwise ones, integers, and what cuDNN has no engine for.
#pragma once

#include "absl/status/status.h"
#include "common/ops/window.h"
#include "server/kernels/conv_roles.h"

namespace eager::server::cuda {

// Computes one of the three tensors from the other two, by `pass`. Images are (batch, rows, columns, channels), filters
// as ConvDims has them; nothing is empty. Elements are of `dtype`: float, double, half, bfloat16 or, but for the
// filter's gradient, int32.
absl::Status ConvolveDirectly(const KernelContext& k, ConvPass pass, const ConvDims& dims, DType dtype,
                              const void* input, const void* filter, const void* output);

}  // namespace eager::server::cuda
