// The largest elements of rows.
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/ops/grad_context.h"
#include "common/ops/op_table.h"
#include "common/ops/shape_context.h"

namespace eager {
namespace {

absl::Status TopKShape(ShapeContext& c) {
  const Shape& in = c.input(0);
  if (!c.input(1).is_scalar()) {
    return absl::InvalidArgumentError(absl::StrCat("k must be scalar, got shape ", c.input(1).ToString()));
  }
  const int64_t k = c.host(1).int_at(0);
  if (k < 0) return absl::InvalidArgumentError(absl::StrCat("Need k >= 0, got ", k));
  if (in.rank() < 1) return absl::InvalidArgumentError(absl::StrCat("input must be >= 1-D, got shape ", in.ToString()));
  if (in[in.rank() - 1] < k) {
    return absl::InvalidArgumentError(
        absl::StrCat("input must have at least k columns. Had ", in[in.rank() - 1], ", needed ", k));
  }
  Shape out = in;
  out.set_dim(in.rank() - 1, k);
  c.set_output(0, out);
  c.set_output(1, std::move(out));
  return absl::OkStatus();
}

absl::Status InTopKShape(ShapeContext& c) {
  const Shape &predictions = c.input(0), &targets = c.input(1);
  if (predictions.rank() != 2) return absl::InvalidArgumentError("predictions must be 2-dimensional");
  if (targets.rank() != 1) return absl::InvalidArgumentError("targets must be 1-dimensional");
  if (!c.input(2).is_scalar()) return absl::InvalidArgumentError("k must be a scalar");
  if (predictions[0] != targets[0]) {
    return absl::InvalidArgumentError(absl::StrCat("First dimension of predictions ", predictions[0],
                                                   " must match length of targets ", targets[0]));
  }
  c.set_output(0, targets);
  return absl::OkStatus();
}

// Each gradient goes to where its value came from; the positions count from the first element of all rows.
absl::Status TopKGradient(GradContext& g, Grads& grads) {
  const Shape &in = g.shape(g.input(0)), &out = g.shape(g.output(0));
  const int64_t columns = in[in.rank() - 1], k = out[out.rank() - 1];
  const int64_t rows = columns == 0 ? 0 : in.num_elements() / columns;
  std::vector<int64_t> starts(static_cast<size_t>(rows));
  for (int64_t row = 0; row < rows; ++row) starts[row] = row * columns;
  const Node indices = g.Cast(g.Reshape(g.output(1), Shape{rows, k}), DType::kInt64);
  const Node positions = g.Add(indices, g.Reshape(g.Ints(starts, DType::kInt64), Shape{rows, 1}));
  const Node flat = g.Op("ScatterNd", {g.Reshape(positions, Shape{rows * k, 1}),
                                       g.Reshape(g.upstream(0), Shape{rows * k}),
                                       g.Ints({rows * columns}, DType::kInt64)});
  grads[0] = g.Reshape(flat, in);
  return g.status();
}

constexpr OpDef kRows[] = {
    {.name = "TopKV2",
     .doc = "The k largest elements of each row of the last axis, and where they are; of equal ones the first.",
     .inputs = "input: T, k: host Tk",
     .outputs = "values: T, indices: index_type",
     .attrs = "sorted: bool = true, "
              "T: {bfloat16, half, float, double, int8, int16, int32, int64, uint8, uint16, uint32, uint64}, "
              "Tk: {int16, int32, int64} = int32, index_type: {int16, int32, int64} = int32",
     .shape = &TopKShape,
     .gradient = &TopKGradient,
     .saves = Saves::kOutputs},
    {.name = "InTopKV2",
     .doc = "Whether each row's target is among the k classes with the largest predictions; not if any is not finite.",
     .inputs = "predictions: float, targets: T, k: host T",
     .outputs = "precision: bool",
     .attrs = "T: {int32, int64} = int32",
     .shape = &InTopKShape,
     .gradient = &NotDifferentiable},
};

}  // namespace

absl::Span<const OpDef> TopKOps() { return kRows; }

}  // namespace eager
