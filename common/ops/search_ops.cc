// Ops that look for values among others: in sorted rows, between boundaries, in another list; and that count them.
#include <algorithm>

#include "common/ops/host_inputs.h"
#include "common/ops/op_table.h"
#include "common/ops/unique.h"
#include "common/status_macros.h"

namespace eager {
namespace {

absl::Status BucketizeShape(ShapeContext& c) {
  const auto& boundaries = c.attr<std::vector<float>>("boundaries");
  if (!std::is_sorted(boundaries.begin(), boundaries.end())) return Invalid("Expected sorted boundaries");
  return SameAsInput0(c);
}

absl::Status BoundShape(ShapeContext& c) {
  const Shape &sorted = c.input(0), &values = c.input(1);
  for (int i = 0; i < 2; ++i) {
    if (c.input(i).rank() == 2) continue;
    return Invalid("Shape must be rank 2 but is rank ", c.input(i).rank(), " for `", i == 0 ? "sorted_inputs" : "values",
                   "` argument");
  }
  if (sorted[0] != values[0]) return Invalid("Leading dim_size of both tensors must match.");
  c.set_output(0, values);
  return absl::OkStatus();
}

absl::StatusOr<int64_t> CountOf(const ShapeContext& c, int i) {
  if (c.input(i).num_elements() != 1) return Invalid("Shape must be rank 0 but is rank ", c.input(i).rank());
  const int64_t size = c.ints(i)[0];
  if (size < 0) return Invalid("size (", size, ") must be non-negative");
  return size;
}

absl::Status DenseBincountShape(ShapeContext& c) {
  const Shape &in = c.input(0), &weights = c.input(2);
  if (in.rank() > 2) return Invalid("Shape must be at most rank 2 but is rank ", in.rank());
  if (weights != in && weights.num_elements() != 0) {
    return Invalid("`weights` must be the same shape as `arr` or a length-0 `Tensor`, in which case it acts as all "
                   "weights equal to 1. Received ", weights.ToString());
  }
  ASSIGN_OR_RETURN(const int64_t size, CountOf(c, 1));
  Shape out;
  if (in.rank() == 2) out.push_back(in[0]);
  out.push_back(size);
  ASSIGN_OR_RETURN(out, Shape::Make(out.dims()));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status HistogramShape(ShapeContext& c) {
  if (c.input(1) != Shape{2}) return Invalid("value_range should be a vector of 2 elements, got ", c.input(1).ToString());
  if (!c.input(2).is_scalar()) return Invalid("nbins should be a scalar.");
  const int64_t bins = c.ints(2)[0];
  if (bins <= 0) return Invalid("nbins should be a positive number, but got '", bins, "'");
  ASSIGN_OR_RETURN(Shape out, Shape::Make({bins}));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status ListDiffShape(ShapeContext& c) {
  if (c.input(0).rank() != 1) return Invalid("x should be a 1D vector.");
  if (c.input(1).rank() != 1) return Invalid("y should be a 1D vector.");
  const int64_t n = static_cast<int64_t>(FindMissing(c.host(0), c.host(1)).size());
  for (int i = 0; i < 2; ++i) c.set_output(i, Shape{n});
  return absl::OkStatus();
}

constexpr OpDef kRows[] = {
    {.name = "Bucketize",
     .doc = "How many of the boundaries are not above each element.",
     .inputs = "input: T",
     .outputs = "output: int32",
     .attrs = "T: {int32, int64, float, double}, boundaries: list(float)",
     .shape = &BucketizeShape,
     .gradient = &NotDifferentiable},
    {.name = "LowerBound",
     .doc = "For each value the first place in its row of sorted_inputs where it could be put.",
     .inputs = "sorted_inputs: T, values: T",
     .outputs = "output: out_type",
     .attrs = "T: type, out_type: {int32, int64} = int32",
     .shape = &BoundShape,
     .gradient = &NotDifferentiable},
    {.name = "UpperBound",
     .doc = "For each value the last place in its row of sorted_inputs where it could be put.",
     .inputs = "sorted_inputs: T, values: T",
     .outputs = "output: out_type",
     .attrs = "T: type, out_type: {int32, int64} = int32",
     .shape = &BoundShape,
     .gradient = &NotDifferentiable},
    {.name = "DenseBincount",
     .doc = "How often each number below size occurs, or the sum of its weights; of a matrix, in each row.",
     .inputs = "input: Tidx, size: host Tidx, weights: T",
     .outputs = "output: T",
     .attrs = "Tidx: {int32, int64}, T: {int32, int64, float, double}, binary_output: bool = false",
     .shape = &DenseBincountShape,
     .gradient = &NotDifferentiable},
    {.name = "HistogramFixedWidth",
     .doc =
         "How many values are in each of nbins parts of value_range; those outside count for the first or last one.",
     .inputs = "values: T, value_range: T, nbins: host int32",
     .outputs = "out: dtype",
     .attrs = "T: {int32, int64, float, double}, dtype: {int32, int64} = int32",
     .shape = &HistogramShape,
     .gradient = &NotDifferentiable},
    {.name = "ListDiff",
     .doc = "The elements of x that y does not have, and their places.",
     .inputs = "x: host T, y: host T",
     .outputs = "out: T, idx: out_idx",
     .attrs = "T: type, out_idx: {int32, int64} = int32",
     .shape = &ListDiffShape,
     .gradient = &NotDifferentiable},
};

}  // namespace

absl::Span<const OpDef> SearchOps() { return kRows; }

}  // namespace eager
