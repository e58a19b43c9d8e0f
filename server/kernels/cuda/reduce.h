// What the reductions of common/ops/reduce_ops.cc on a GPU are made of: one function per .cu, so that each compiles
// alone.
#pragma once

#include "server/kernels/cuda/reduce_plan.h"
#include "server/kernels/kernel.h"

namespace eager::server::cuda {

// The sum of input 0, whose extents are `dims`, over their reduced axes; output 0 has one element for each that is
// kept.
absl::Status SumOver(KernelContext& k, const ReduceDims& dims);

void AddMeanRows(std::vector<KernelRow>& rows);
void AddProdRows(std::vector<KernelRow>& rows);
// Max, Min, All, Any.
void AddExtremumRows(std::vector<KernelRow>& rows);
// EuclideanNorm, L2Loss.
void AddNormRows(std::vector<KernelRow>& rows);
// Cumsum, Cumprod.
void AddScanRows(std::vector<KernelRow>& rows);

}  // namespace eager::server::cuda
