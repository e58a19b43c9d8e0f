// The GPU's families of kernels: one function per file. The twin of cpu/cpu_kernels.h.
#pragma once

#include <vector>

#include "server/kernels/kernel.h"

namespace eager::server::cuda {

std::vector<KernelRow> ActivationKernels();
std::vector<KernelRow> ArgScanKernels();
std::vector<KernelRow> BatchNormKernels();
std::vector<KernelRow> BitwiseKernels();
std::vector<KernelRow> CastKernels();
std::vector<KernelRow> ComparisonKernels();
std::vector<KernelRow> ConvKernels();
std::vector<KernelRow> DiagKernels();
std::vector<KernelRow> EinsumKernels();
std::vector<KernelRow> ElementwiseBinaryKernels();
std::vector<KernelRow> ElementwiseUnaryKernels();
std::vector<KernelRow> GatherKernels();
std::vector<KernelRow> JoinKernels();
std::vector<KernelRow> LinalgKernels();
std::vector<KernelRow> LrnKernels();
std::vector<KernelRow> MakeKernels();
std::vector<KernelRow> MatMulKernels();
std::vector<KernelRow> NnKernels();
std::vector<KernelRow> PadKernels();
std::vector<KernelRow> PoolKernels();
std::vector<KernelRow> RandomKernels();
std::vector<KernelRow> RearrangeKernels();
std::vector<KernelRow> ReduceKernels();
std::vector<KernelRow> ResizeKernels();
std::vector<KernelRow> ShapeKernels();
std::vector<KernelRow> SliceKernels();
std::vector<KernelRow> SoftmaxKernels();
std::vector<KernelRow> SpaceKernels();
std::vector<KernelRow> SpecialKernels();
std::vector<KernelRow> StatelessRandomKernels();
std::vector<KernelRow> TopKKernels();
std::vector<KernelRow> TrainingKernels();
std::vector<KernelRow> VariableKernels();
std::vector<KernelRow> WhereKernels();

}  // namespace eager::server::cuda
