#include "server/kernels/cpu/cpu_kernels.h"

namespace eager::server {
std::vector<KernelRow> CpuRandomKernels() { return {}; }
}  // namespace eager::server
