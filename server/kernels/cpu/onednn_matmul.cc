#include "server/kernels/cpu/onednn_matmul.h"

#include <unordered_map>

#include "common/status_macros.h"
#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/onednn.h"

namespace eager::server {
namespace {

// Below this many multiplications a product is done before the compute thread's team would be awake.
constexpr double kSmallWork = 128.0 * 128.0 * 128.0;
// Shapes a signature may have before its primitives are thrown away: enough for the layers that share a signature.
constexpr size_t kMaxProducts = 256;

dnnl::memory::desc Matrices(DType dtype, const absl::InlinedVector<int64_t, 4>& batch, int64_t rows, int64_t columns,
                            bool transposed) {
  dnnl::memory::dims dims(batch.begin(), batch.end());
  dims.push_back(rows);
  dims.push_back(columns);
  dnnl::memory::dims strides(dims.size(), 1);
  (transposed ? strides[dims.size() - 1] : strides[dims.size() - 2]) = transposed ? rows : columns;
  int64_t stride = rows * columns;
  for (size_t axis = batch.size(); axis-- > 0;) {
    strides[axis] = stride;
    stride *= batch[axis];
  }
  const auto type = dtype == DType::kBFloat16 ? dnnl::memory::data_type::bf16 : dnnl::memory::data_type::f32;
  return dnnl::memory::desc(dims, type, strides);
}

dnnl::matmul::primitive_desc Describe(DType dtype, const MatMulDims& d) {
  const dnnl::matmul::desc desc(Matrices(dtype, d.batch_a, d.m, d.k, d.transpose_a),
                                Matrices(dtype, d.batch_b, d.k, d.n, d.transpose_b),
                                Matrices(dtype, d.batch_c, d.m, d.n, false));
  return dnnl::matmul::primitive_desc(desc, UserScratchpad(), OneDnnEngine(), /*allow_empty=*/true);
}

}  // namespace

struct OneDnnMatMul::Product {
  bool small = false;
  dnnl::matmul primitive;
  dnnl::memory a, b, c, scratch;
  size_t scratch_bytes = 0;
  std::unordered_map<int, dnnl::memory> args;

  absl::Status Init(DType dtype, const MatMulDims& dims) {
    return OneDnnGuard([&] {
      const dnnl::matmul::primitive_desc desc = Describe(dtype, dims);
      if (!desc) throw std::runtime_error("no implementation of this product");
      primitive = dnnl::matmul(desc);
      a = dnnl::memory(desc.src_desc(), OneDnnEngine(), nullptr);
      b = dnnl::memory(desc.weights_desc(), OneDnnEngine(), nullptr);
      c = dnnl::memory(desc.dst_desc(), OneDnnEngine(), nullptr);
      scratch = dnnl::memory(desc.scratchpad_desc(), OneDnnEngine(), nullptr);
      scratch_bytes = desc.scratchpad_desc().get_size();
      args = {{DNNL_ARG_SRC, a}, {DNNL_ARG_WEIGHTS, b}, {DNNL_ARG_DST, c}, {DNNL_ARG_SCRATCHPAD, scratch}};
    });
  }
};

OneDnnMatMul::OneDnnMatMul() = default;
OneDnnMatMul::~OneDnnMatMul() = default;

bool OneDnnMatMul::Supports(DType dtype) {
  if (dtype != DType::kBFloat16) return dtype == DType::kFloat32;
  static const bool bfloat16 = [] {
    MatMulDims dims;
    dims.m = dims.n = dims.k = 8;
    bool found = false;
    OneDnnGuard([&] { found = static_cast<bool>(Describe(DType::kBFloat16, dims)); }).IgnoreError();
    return found;
  }();
  return bfloat16;
}

absl::StatusOr<OneDnnMatMul::Product*> OneDnnMatMul::Find(DType dtype, const MatMulDims& dims) {
  if (const auto it = products_.find(std::make_pair(dtype, dims)); it != products_.end()) return it->second.get();
  auto product = std::make_unique<Product>();
  product->small = dims.work() < kSmallWork;
  absl::Status status;
  // Made where it will run: a primitive counts on the number of threads it was made with.
  const auto init = [&] { status = product->Init(dtype, dims); };
  product->small ? RunSingleThreaded(init) : RunOnComputeThread(init);
  RETURN_IF_ERROR(status);
  if (products_.size() >= kMaxProducts) products_.clear();
  return products_.emplace(std::make_pair(dtype, dims), std::move(product)).first->second.get();
}

absl::Status OneDnnMatMul::Run(DType dtype, const MatMulDims& dims, const void* a, const void* b, void* c,
                               Device& device) {
  ASSIGN_OR_RETURN(Product* const product, Find(dtype, dims));
  BufferRef scratch;
  if (product->scratch_bytes > 0) {
    ASSIGN_OR_RETURN(scratch, device.Allocate(product->scratch_bytes));
  }
  absl::Status status;
  const auto execute = [&] {
    status = OneDnnGuard([&] {
      product->a.set_data_handle(const_cast<void*>(a));
      product->b.set_data_handle(const_cast<void*>(b));
      product->c.set_data_handle(c);
      if (scratch) product->scratch.set_data_handle(scratch->data());
      product->primitive.execute(OneDnnStream(), product->args);
      OneDnnStream().wait();
    });
  };
  product->small ? RunSingleThreaded(execute) : RunOnComputeThread(execute);
  return status;
}

}  // namespace eager::server
