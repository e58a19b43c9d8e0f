// Products of matrices by cuBLASLt, with what its heuristics chose kept from call to call.
#pragma once

#include <memory>

#include "absl/container/flat_hash_map.h"
#include "server/kernels/cuda/libraries.h"
#include "server/kernels/cuda/matmul_plan.h"

namespace eager::server::cuda {

// What is added to a product, and what becomes of the sum, within the same kernel.
struct Epilogue {
  const void* bias = nullptr;  // n elements of the product's dtype, added to every row
  bool relu = false;
};

// Of one signature. float32 (its operands rounded to TF32 if the device's options say so), float64, float16 and
// bfloat16, whose sums are float32.
class Products final : public KernelState {
 public:
  Products();
  ~Products() override;

  // Asks the kernel's queue for c = op(a) op(b) on device memory. Nothing may be empty.
  absl::Status Multiply(const KernelContext& k, DType dtype, const MatMulDims& dims, const void* a, const void* b,
                        void* c, const Epilogue& epilogue = {});

 private:
  // What the choice of an algorithm depends on.
  struct Key {
    DType dtype;
    ProductShape shape;
    int align_a, align_b, align_c, align_bias;
    bool bias, relu;

    friend bool operator==(const Key&, const Key&) = default;
    template <typename H>
    friend H AbslHashValue(H h, const Key& key) {
      return H::combine(std::move(h), key.dtype, key.shape, key.align_a, key.align_b, key.align_c, key.align_bias,
                        key.bias, key.relu);
    }
  };
  struct Prepared;
  absl::StatusOr<Prepared*> Find(const KernelContext& k, const Key& key, const Epilogue& epilogue);

  absl::flat_hash_map<Key, std::unique_ptr<Prepared>> prepared_;
  Prepared* last_ = nullptr;  // null, or one of them
};

}  // namespace eager::server::cuda
