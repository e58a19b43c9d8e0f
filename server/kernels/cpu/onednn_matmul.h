// Products of matrices by oneDNN, with primitives kept from call to call.
#pragma once

#include <memory>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "common/dtype.h"
#include "server/device/device.h"
#include "server/kernels/cpu/matmul_dims.h"

namespace eager::server {

// A set of primitives. Not thread-safe: a session's thread owns it.
class OneDnnMatMul {
 public:
  OneDnnMatMul();
  ~OneDnnMatMul();

  // Whether this processor multiplies the dtype: always float32, bfloat16 where it has instructions for it.
  static bool Supports(DType dtype);
  // Waits for the product, whose bytes do not depend on the number of threads. Nothing may be empty. `device` lends
  // memory to work in.
  absl::Status Run(DType dtype, const MatMulDims& dims, const void* a, const void* b, void* c, Device& device);

 private:
  struct Product;
  absl::StatusOr<Product*> Find(DType dtype, const MatMulDims& dims);

  // A product cut into tiles, by the shapes alone; one thread computes a tile.
  struct Tiling;
  struct Tile;
  absl::Status RunTiled(DType dtype, const MatMulDims& dims, const void* a, const void* b, void* c, Device& device);
  absl::StatusOr<const Tile*> FindTile(DType dtype, const MatMulDims& dims, const Tiling& tiling, bool last_row,
                                       bool last_column, bool last_depth);

  absl::flat_hash_map<std::pair<DType, MatMulDims>, std::unique_ptr<Product>> products_;
  // By the extents m, n and k of the tile, and the product that it is cut from.
  absl::flat_hash_map<std::tuple<DType, int64_t, int64_t, int64_t, MatMulDims>, std::unique_ptr<Tile>> tiles_;
};

}  // namespace eager::server
