// MatMul and BatchMatMulV2 on a GPU, by cuBLASLt. Integers are multiplied on the host.
#include "server/kernels/cuda/cuda_kernels.h"
#include "server/kernels/cuda/products.h"

namespace eager::server::cuda {
namespace {

absl::Status MatMulKernel(KernelContext& k) {
  const Tensor &a = k.input(0), &b = k.input(1), &c = k.output(0);
  if (c.num_elements() == 0) return absl::OkStatus();
  const bool batched = k.op().name == "BatchMatMulV2";
  const MatMulDims dims =
      MatMulDims::Make(a.shape(), b.shape(), c.shape(), k.attr<bool>(batched ? "adj_x" : "transpose_a"),
                       k.attr<bool>(batched ? "adj_y" : "transpose_b"));
  if (dims.k == 0) {  // sums of nothing
    return Queue(k).device().Note(cudaMemsetAsync(c.raw(), 0, c.num_bytes(), Stream(k)), "MatMul");
  }
  Products& products = k.state<Products>([] { return std::make_unique<Products>(); });
  RETURN_IF_ERROR(products.Multiply(k, c.dtype(), dims, a.raw(), b.raw(), c.raw()));
  return Launched(k);
}

}  // namespace

std::vector<KernelRow> MatMulKernels() {
  constexpr DTypeSet kTypes = {DType::kFloat32, DType::kFloat64, DType::kFloat16, DType::kBFloat16};
  return {{"MatMul", kTypes, &MatMulKernel}, {"BatchMatMulV2", kTypes, &MatMulKernel}};
}

}  // namespace eager::server::cuda
