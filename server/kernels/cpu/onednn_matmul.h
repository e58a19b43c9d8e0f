// Products of matrices by oneDNN, with primitives kept from call to call.
#pragma once

#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "common/dtype.h"
#include "server/device/device.h"
#include "server/kernels/cpu/matmul_dims.h"

namespace eager::server {

// A set of primitives for one dtype. Not thread-safe: a session's thread owns it.
class OneDnnMatMul {
 public:
  explicit OneDnnMatMul(DType dtype);
  ~OneDnnMatMul();

  // Whether this processor multiplies the dtype: always for float32, never for integers and float64.
  bool Supported();
  // Waits for the product. Nothing may be empty. `device` lends memory to work in.
  absl::Status Run(const MatMulDims& dims, const void* a, const void* b, void* c, Device& device);

 private:
  struct Product;
  absl::StatusOr<Product*> Find(const MatMulDims& dims);

  DType dtype_;
  int supported_ = -1;  // not known yet
  absl::flat_hash_map<MatMulDims, std::unique_ptr<Product>> products_;
};

}  // namespace eager::server
