#include "server/kernels/cpu/cpu_kernels.h"

#include <cstdio>
#include <cstdlib>

namespace eager::server {

const KernelTable& CpuKernels() {
  static const KernelTable* table = [] {
    absl::StatusOr<KernelTable> made = KernelTable::Make({
        CpuComparisonKernels(), CpuElementwiseBinaryKernels(), CpuElementwiseUnaryKernels(), CpuGatherKernels(),
        CpuJoinKernels(), CpuMakeKernels(), CpuMatMulKernels(), CpuPadKernels(), CpuRandomKernels(),
        CpuRearrangeKernels(), CpuReduceKernels(), CpuShapeKernels(), CpuSliceKernels(), CpuTrainingKernels(),
        CpuVariableKernels(), CpuConvKernels(), CpuNnKernels(), CpuPoolKernels(), CpuSoftmaxKernels(),
        CpuStatelessRandomKernels(), CpuActivationKernels(), CpuBatchNormKernels(), CpuTopKKernels(),
        CpuLinalgSolveKernels(), CpuLinalgCrossKernels(), CpuDiagKernels(), CpuEinsumKernels(), CpuSpecialKernels(),
        CpuLrnKernels(), CpuResizeKernels(), CpuSpaceKernels(), CpuWhereKernels(),
        CpuPassKernels(), CpuUniqueKernels(), CpuVariableIndexKernels(),
        CpuStringKernels(), CpuStringNumberKernels(), CpuStringFormatKernels(), CpuFftKernels(), CpuQrKernels(),
        CpuDistributionKernels(), CpuSparseKernels(), CpuVolumeKernels(), CpuComplexKernels(), CpuTextKernels(),
        CpuSearchKernels(), CpuColorKernels(), CpuBoxKernels(), CpuSegmentKernels(), CpuSpectrumKernels(),
    }, /*complete=*/true);
    if (!made.ok()) {
      std::fprintf(stderr, "kernel table: %s\n", made.status().ToString().c_str());
      std::abort();
    }
    return new KernelTable(*std::move(made));
  }();
  return *table;
}

}  // namespace eager::server
