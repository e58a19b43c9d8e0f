// Tensors of values that need not be written down, under TensorFlow's names.
//
// None waits unless a line says so; each throws Error at the caller's line for what inference refuses.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/tensor.h"

namespace eager {

Tensor fill(const Operand& dims, const Operand& value);
Tensor zeros(const Shape& shape, DType dtype = DType::kFloat32, std::source_location where = std::source_location::current());
Tensor ones(const Shape& shape, DType dtype = DType::kFloat32, std::source_location where = std::source_location::current());
// Of x's shape; of its dtype as well unless one is given.
Tensor zeros_like(const Operand& x, std::optional<DType> dtype = {});
Tensor ones_like(const Operand& x, std::optional<DType> dtype = {});

// start, start + delta, … as far as `limit`, which is left out. The dtype is that of the tensors among them, else int32
// or, if one is a fraction, float32.
Tensor range(const Operand& limit);
Tensor range(const Operand& start, const Operand& limit, const Operand& delta = 1, std::optional<DType> dtype = {});
// num numbers from start to stop, both included, equally far apart, along a new axis; start and stop broadcast. They are
// of one floating dtype: float32 for numbers of the host. INVALID_ARGUMENT for a negative num.
Tensor linspace(const Operand& start, const Operand& stop, int64_t num, int64_t axis = 0);
// Ones on the main diagonal of a matrix (num_columns: as many as rows), repeated over batch_shape.
struct EyeOptions {
  std::optional<int64_t> num_columns;
  Shape batch_shape;
  DType dtype = DType::kFloat32;
};
Tensor eye(int64_t num_rows, const EyeOptions& options = {}, std::source_location where = std::source_location::current());
// For each index a vector along a new axis: on_value (1) in its place, off_value (0) elsewhere; all off for an index
// outside [0, depth). The dtype is that of the values, if they are tensors, else float32.
struct OneHotOptions {
  std::optional<Operand> on_value{}, off_value{};
  int64_t axis = -1;
  std::optional<DType> dtype{};
};
Tensor one_hot(const Operand& indices, const Operand& depth, const OneHotOptions& options = {});
// For vectors of n_0, n_1, … elements that many tensors of shape (n_0, n_1, …), each varying along its own axis; with
// the indexing "xy" the first two axes change places. "ij" keeps them.
std::vector<Tensor> meshgrid(const std::vector<Operand>& vectors, const std::string& indexing = "xy");
// For each length a row of so many ones (true), then zeros, up to maxlen: the largest length if left out.
Tensor sequence_mask(const Operand& lengths, const std::optional<Operand>& maxlen = {}, DType dtype = DType::kBool);

}  // namespace eager
