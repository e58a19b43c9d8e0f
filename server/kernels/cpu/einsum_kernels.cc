// Einsum on the CPU.
#include <cstring>

#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/einsum_summation.h"

namespace eager::server {
namespace {

struct CpuMoves {
  static absl::Status Gather(KernelContext&, absl::Span<const int64_t> extents, const Tensor& from,
                             const Strides& strides, const Tensor& to) {
    StridedCopy(SizeOf(to.dtype()), extents, from.raw(), strides, to.raw(), DenseStrides(extents));
    return absl::OkStatus();
  }
  static absl::Status Scatter(KernelContext&, absl::Span<const int64_t> extents, const Tensor& from, const Tensor& to,
                              const Strides& strides) {
    std::memset(to.raw(), 0, to.num_bytes());
    StridedCopy(SizeOf(to.dtype()), extents, from.raw(), DenseStrides(extents), to.raw(), strides);
    return absl::OkStatus();
  }
};

}  // namespace

std::vector<KernelRow> CpuEinsumKernels() {
  return {{"Einsum",
           {DType::kBFloat16, DType::kFloat16, DType::kFloat32, DType::kFloat64, DType::kInt32, DType::kInt64},
           &EinsumKernel<CpuMoves>}};
}

}  // namespace eager::server
