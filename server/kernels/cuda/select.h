// The elementwise ops of three inputs, which compile apart from the comparisons.
#pragma once

#include <vector>

#include "server/kernels/kernel.h"

namespace eager::server::cuda {

void AddSelect(std::vector<KernelRow>& rows);
void AddClip(std::vector<KernelRow>& rows);

}  // namespace eager::server::cuda
