// The parts of ElementwiseUnaryKernels(), which compile apart from each other.
#pragma once

#include <vector>

#include "server/kernels/kernel.h"

namespace eager::server::cuda {

void AddTranscendental(std::vector<KernelRow>& rows);
void AddUnaryGradients(std::vector<KernelRow>& rows);

}  // namespace eager::server::cuda
