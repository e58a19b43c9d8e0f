// The parts of ElementwiseBinaryKernels(), which compile apart from each other.
#pragma once

#include <vector>

#include "server/kernels/kernel.h"

namespace eager::server::cuda {

void AddSumsAndProducts(std::vector<KernelRow>& rows);
void AddFloatDivisions(std::vector<KernelRow>& rows);
void AddIntegerDivisions(std::vector<KernelRow>& rows);
void AddAddN(std::vector<KernelRow>& rows);

}  // namespace eager::server::cuda
