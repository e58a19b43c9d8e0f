#include "server/kernels/cuda/cuda_kernels.h"

#include <cstdio>
#include <cstdlib>

namespace eager::server {

const KernelTable& CudaKernels() {
  using namespace cuda;  // NOLINT: thirty names of families
  static const KernelTable* table = [] {
    absl::StatusOr<KernelTable> made = KernelTable::Make({
        ActivationKernels(), ArgScanKernels(), BatchNormKernels(), BitwiseKernels(), CastKernels(),
        ComparisonKernels(), ConvKernels(), DiagKernels(), EinsumKernels(), ElementwiseBinaryKernels(),
        ElementwiseUnaryKernels(), GatherKernels(), JoinKernels(), LinalgKernels(), LrnKernels(),
        MakeKernels(), MatMulKernels(), NnKernels(), PadKernels(), PoolKernels(), RandomKernels(),
        RearrangeKernels(), ReduceKernels(), ResizeKernels(), ShapeKernels(), SliceKernels(),
        SoftmaxKernels(), SpaceKernels(), SpecialKernels(), StatelessRandomKernels(), TopKKernels(),
        TrainingKernels(), VariableKernels(), WhereKernels(),
    }, /*complete=*/false);
    if (!made.ok()) {
      std::fprintf(stderr, "kernel table of GPUs: %s\n", made.status().ToString().c_str());
      std::abort();
    }
    return new KernelTable(*std::move(made));
  }();
  return *table;
}

}  // namespace eager::server
