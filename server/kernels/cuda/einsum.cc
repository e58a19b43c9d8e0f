// Einsum on a GPU. Integers, whose products have no kernel there, are summed on the host.
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/launch.h"
#include "server/kernels/cuda/move.h"
#include "server/kernels/einsum_summation.h"

namespace eager::server::cuda {
namespace {

absl::InlinedVector<MoveAxis, 8> Axes(absl::Span<const int64_t> extents, const Strides& strides) {
  absl::InlinedVector<MoveAxis, 8> axes;
  for (size_t i = 0; i < extents.size(); ++i) axes.push_back(MoveAxis::Plain(extents[i], strides[i]));
  return axes;
}

struct CudaMoves {
  static absl::Status Gather(KernelContext& k, absl::Span<const int64_t> extents, const Tensor& from,
                             const Strides& strides, const Tensor& to) {
    return cuda::Gather(k, static_cast<int64_t>(SizeOf(to.dtype())), Axes(extents, strides), 0, from.raw(),
                        from.num_elements(), to.raw());
  }
  static absl::Status Scatter(KernelContext& k, absl::Span<const int64_t> extents, const Tensor& from, const Tensor& to,
                              const Strides& strides) {
    RETURN_IF_ERROR(Queue(k).device().Note(cudaMemsetAsync(to.raw(), 0, to.num_bytes(), Stream(k)), "Einsum"));
    return cuda::Scatter(k, static_cast<int64_t>(SizeOf(to.dtype())), Axes(extents, strides), 0, from.raw(), to.raw(),
                         to.num_elements());
  }
};

}  // namespace

std::vector<KernelRow> EinsumKernels() {
  return {{"Einsum", {DType::kBFloat16, DType::kFloat16, DType::kFloat32, DType::kFloat64}, &EinsumKernel<CudaMoves>}};
}

}  // namespace eager::server::cuda
