#include "server/kernels/cpu/cpu_kernels.h"

namespace eager::server {
std::vector<KernelRow> CpuVariableKernels() { return {}; }
}  // namespace eager::server
