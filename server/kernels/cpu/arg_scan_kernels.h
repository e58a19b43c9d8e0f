// ArgMax, ArgMin, Cumsum, Cumprod: kernels that walk along one axis. Part of CpuReduceKernels().
#pragma once

#include <vector>

#include "server/kernels/kernel.h"

namespace eager::server {

std::vector<KernelRow> ArgScanKernels();

}  // namespace eager::server
