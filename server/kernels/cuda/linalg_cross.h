// The cross product on a GPU, for the family of linear algebra.
#pragma once

#include <vector>

#include "server/kernels/kernel.h"

namespace eager::server::cuda {

void AddCross(std::vector<KernelRow>& rows);

}  // namespace eager::server::cuda
