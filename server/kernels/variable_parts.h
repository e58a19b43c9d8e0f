// Ops on parts of variables for devices that have no kernels of their own for them: by the device's kernels for
// tensors.
#pragma once

#include <vector>

#include "server/kernels/kernel.h"

namespace eager::server {

// Rows of ResourceGather and of the scattering ops that put, add and subtract, for variables of these dtypes. A change
// makes a new value of the whole variable.
void AddVariablePartRows(std::vector<KernelRow>& rows, DTypeSet dtypes);

}  // namespace eager::server
