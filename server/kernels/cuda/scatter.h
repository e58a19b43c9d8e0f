// Kernels of gather_ops.cc that write to the places that indices name.
#pragma once

#include <vector>

#include "server/kernels/kernel.h"

namespace eager::server::cuda {

void AddScatterRows(std::vector<KernelRow>& rows);        // those that add up
void AddScatterUpdateRows(std::vector<KernelRow>& rows);  // those that replace

}  // namespace eager::server::cuda
