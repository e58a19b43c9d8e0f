#include "server/kernels/cpu/cpu_kernels.h"

namespace eager::server {
std::vector<KernelRow> CpuMakeKernels() { return {}; }
}  // namespace eager::server
