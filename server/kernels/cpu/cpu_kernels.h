// The CPU's families of kernels: one function per file.
#pragma once

#include <vector>

#include "server/kernels/kernel.h"

namespace eager::server {

std::vector<KernelRow> CpuComparisonKernels();
std::vector<KernelRow> CpuElementwiseBinaryKernels();
std::vector<KernelRow> CpuElementwiseUnaryKernels();
std::vector<KernelRow> CpuGatherKernels();
std::vector<KernelRow> CpuJoinKernels();
std::vector<KernelRow> CpuMakeKernels();
std::vector<KernelRow> CpuMatMulKernels();
std::vector<KernelRow> CpuPadKernels();
std::vector<KernelRow> CpuRandomKernels();
std::vector<KernelRow> CpuRearrangeKernels();
std::vector<KernelRow> CpuReduceKernels();
std::vector<KernelRow> CpuShapeKernels();
std::vector<KernelRow> CpuSliceKernels();
std::vector<KernelRow> CpuTrainingKernels();
std::vector<KernelRow> CpuConvKernels();
std::vector<KernelRow> CpuNnKernels();
std::vector<KernelRow> CpuPoolKernels();
std::vector<KernelRow> CpuSoftmaxKernels();
std::vector<KernelRow> CpuStatelessRandomKernels();
std::vector<KernelRow> CpuActivationKernels();
std::vector<KernelRow> CpuBatchNormKernels();
std::vector<KernelRow> CpuTopKKernels();
std::vector<KernelRow> CpuLinalgSolveKernels();
std::vector<KernelRow> CpuLinalgCrossKernels();
std::vector<KernelRow> CpuDiagKernels();
std::vector<KernelRow> CpuEinsumKernels();
std::vector<KernelRow> CpuSpecialKernels();
std::vector<KernelRow> CpuVariableKernels();
std::vector<KernelRow> CpuLrnKernels();
std::vector<KernelRow> CpuResizeKernels();
std::vector<KernelRow> CpuSpaceKernels();
std::vector<KernelRow> CpuWhereKernels();
std::vector<KernelRow> CpuPassKernels();
std::vector<KernelRow> CpuUniqueKernels();
std::vector<KernelRow> CpuVariableIndexKernels();
std::vector<KernelRow> CpuStringKernels();
std::vector<KernelRow> CpuStringNumberKernels();
std::vector<KernelRow> CpuStringFormatKernels();
std::vector<KernelRow> CpuFftKernels();
std::vector<KernelRow> CpuQrKernels();
std::vector<KernelRow> CpuDistributionKernels();
std::vector<KernelRow> CpuSparseKernels();
std::vector<KernelRow> CpuVolumeKernels();
std::vector<KernelRow> CpuComplexKernels();
std::vector<KernelRow> CpuTextKernels();
std::vector<KernelRow> CpuSearchKernels();
std::vector<KernelRow> CpuColorKernels();
std::vector<KernelRow> CpuBoxKernels();
std::vector<KernelRow> CpuSegmentKernels();
std::vector<KernelRow> CpuSpectrumKernels();

}  // namespace eager::server
