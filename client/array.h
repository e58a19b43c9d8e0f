// The same values, arranged otherwise, under TensorFlow's names. Any dtype, unless a line says otherwise.
//
// Axes and sizes on the host are numbers or lists; those that may be tensors are Operands. Negative axes count from the
// end. None waits unless a line says so; each throws Error at the caller's line for what inference refuses.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/axes.h"
#include "client/tensor.h"

namespace eager {

// What is known of a tensor, as a tensor: its extents, the number of its elements, the number of its axes.
Tensor shape(const Operand& x, DType out_type = DType::kInt32);
Tensor size(const Operand& x, DType out_type = DType::kInt32);
Tensor rank(const Operand& x);

Tensor reshape(const Operand& x, const Operand& shape);               // one extent may be -1
Tensor transpose(const Operand& x, const Axes& perm = {});            // the axes reversed, if perm is left out
Tensor expand_dims(const Operand& x, int64_t axis);                   // with an axis of extent 1 put in
Tensor squeeze(const Operand& x, const Axes& axis = {});              // without these axes of extent 1, or all such
Tensor broadcast_to(const Operand& x, const Operand& shape);
Tensor tile(const Operand& x, const Operand& multiples);
Tensor reverse(const Operand& x, const Axes& axis);
// Moved along axes, those that leave at one end coming in at the other; shift and axis: numbers, or lists of one length.
Tensor roll(const Operand& x, const Operand& shift, const Operand& axis);
Tensor identity(const Operand& x);
Tensor stop_gradient(const Operand& x);

// Tensors one after the other: along an axis that they have, or along a new one.
Tensor concat(const std::vector<Operand>& values, int64_t axis);
Tensor stack(const std::vector<Operand>& values, int64_t axis = 0);
// The slices along an axis, without it.
std::vector<Tensor> unstack(const Operand& x, int64_t axis = 0);
// Pieces along an axis: so many equal ones, or of these sizes, one of which may be -1 (all that is left). A single size
// is to be written as std::vector<int64_t>{n}: split(x, {n}) is split(x, n).
std::vector<Tensor> split(const Operand& x, int64_t num, int64_t axis = 0);
std::vector<Tensor> split(const Operand& x, const std::vector<int64_t>& sizes, int64_t axis = 0);

// size[i] elements from begin[i] on along axis i; -1: all that follow. x[{Slice(…)}] (indexing.h) says more.
Tensor slice(const Operand& x, const Operand& begin, const Operand& size);
// begin:end:strides along each axis. Bit i of a mask: no begin, no end, ..., newaxis, or one index, at position i.
struct StridedSliceOptions {
  int64_t begin_mask = 0;
  int64_t end_mask = 0;
  int64_t ellipsis_mask = 0;
  int64_t new_axis_mask = 0;
  int64_t shrink_axis_mask = 0;
};
Tensor strided_slice(const Operand& x, const Operand& begin, const Operand& end,
                     const std::optional<Operand>& strides = {}, const StridedSliceOptions& options = {});

// How much is put before and after each axis: {{1, 1}, {0, 2}}, or an integer tensor of shape (rank, 2).
class Paddings {
 public:
  Paddings(std::initializer_list<std::pair<int64_t, int64_t>> axes) : list_(axes) {}              // NOLINT
  Paddings(std::vector<std::pair<int64_t, int64_t>> axes) : list_(std::move(axes)) {}             // NOLINT
  Paddings(Tensor tensor) : tensor_(std::move(tensor)) {}                                         // NOLINT
  // As the Pad ops take it. The line is the caller's.
  Tensor AsTensor(std::source_location where) const;

 private:
  std::vector<std::pair<int64_t, int64_t>> list_;
  std::optional<Tensor> tensor_;
};
struct PadOptions {
  std::string mode = "CONSTANT";             // or "REFLECT" (the edge once) or "SYMMETRIC" (the edge twice)
  std::optional<Operand> constant_values{};  // for CONSTANT; 0 if left out
};
Tensor pad(const Operand& x, const Paddings& paddings, const PadOptions& options = {});

// Each entry of an axis as often as `repeats` says: one number for all, or one for each. Without an axis: of the
// flattened tensor.
Tensor repeat(const Operand& x, const Axes& repeats, std::optional<int64_t> axis = {});

// The entries where a bool mask is true, whose shape is that of x's axes from `axis` on; those become one axis. Waits
// for the mask.
Tensor boolean_mask(const Operand& x, const Operand& mask, int64_t axis = 0);

}  // namespace eager
