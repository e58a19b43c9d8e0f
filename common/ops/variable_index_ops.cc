// Reads and changes of a part of a variable: the places that indices or a slice name.
#include <algorithm>

#include "common/ops/grad_context.h"
#include "common/ops/host_inputs.h"
#include "common/ops/op_table.h"
#include "common/ops/strided_slice.h"
#include "common/status_macros.h"

namespace eager {
namespace {

absl::Status CheckHolds(const ShapeContext& c, DType dtype) {
  if (c.variable(0).dtype == dtype) return absl::OkStatus();
  return Invalid("the variable holds ", c.variable(0).ToString(), ", but the op is for ", Name(dtype));
}

absl::Status ResourceGatherShape(ShapeContext& c) {
  RETURN_IF_ERROR(CheckHolds(c, c.attr<DType>("dtype")));
  const Shape &params = c.variable(0).shape, &indices = c.input(1);
  const int64_t batch = c.attr<int64_t>("batch_dims");
  if (params.rank() < 1) return Invalid("params must be at least 1 dimensional");
  if (batch >= params.rank()) {
    return Invalid("params must have at least ", std::max<int64_t>(batch, params.rank() + 1),
                   " (batch_dims) dimensions but it has shape ", params.ToString());
  }
  if (batch < 0 || batch > indices.rank()) {
    return Invalid("batch_dims must be in the range [0, ", indices.rank(), "], got ", batch);
  }
  for (int d = 0; d < batch; ++d) {
    if (params[d] != indices[d]) {
      return Invalid("params.shape[", d, "]: ", params[d], " should be equal to indices.shape[", d, "]: ", indices[d]);
    }
  }
  Shape::Dims dims(indices.dims().begin(), indices.dims().end());
  dims.insert(dims.end(), params.dims().begin() + batch + 1, params.dims().end());
  ASSIGN_OR_RETURN(Shape out, Shape::Make(dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

// A handle stands for its variable, which gets the gradient of all that was read.
absl::Status ResourceGatherGradient(GradContext& g, Grads& grads) {
  const Node shape = g.Ints(g.shape(g.input(0)).dims());
  const int64_t batch = g.attr<int64_t>("batch_dims");
  const Node axis = g.Const(HostTensor::Scalar<int32_t>(static_cast<int32_t>(batch)));
  grads[0] = g.Op("GatherV2Grad", {shape, g.input(1), g.upstream(0), axis}, {{"batch_dims", batch}});
  return g.status();
}

absl::Status ResourceScatterShape(ShapeContext& c) {
  RETURN_IF_ERROR(CheckHolds(c, c.dtype(2)));
  const Shape &params = c.variable(0).shape, &indices = c.input(1), &updates = c.input(2);
  if (params.rank() < 1) return Invalid("params must be at least 1 dimensional");
  if (updates.is_scalar()) return absl::OkStatus();
  Shape::Dims want(indices.dims().begin(), indices.dims().end());
  want.insert(want.end(), params.dims().begin() + 1, params.dims().end());
  if (updates.dims() == absl::MakeConstSpan(want)) return absl::OkStatus();
  return Invalid("Must have updates.shape = indices.shape + params.shape[1:] or updates.shape = [], got updates.shape ",
                 updates.ToString(), ", indices.shape ", indices.ToString(), ", params.shape ", params.ToString());
}

absl::Status ResourceScatterNdShape(ShapeContext& c) {
  RETURN_IF_ERROR(CheckHolds(c, c.dtype(2)));
  const Shape &params = c.variable(0).shape, &indices = c.input(1), &updates = c.input(2);
  if (indices.rank() < 1) return Invalid("indices must be at least a vector, got a scalar");
  const int outer = indices.rank() - 1;
  const int64_t depth = indices[outer];
  for (int d = 0; d < outer; ++d) {
    const int64_t extent = d < updates.rank() ? updates[d] : 1;
    if (d < updates.rank() && indices[d] == extent) continue;
    return Invalid("Dimensions [", d, ",", d + 1, ") of indices[shape=", indices.ToString(), "] = ", indices[d],
                   " must match dimensions [", d, ",", d + 1, ") of updates[shape=", updates.ToString(),
                   "] = ", extent);
  }
  if (depth <= params.rank() && updates.rank() >= outer &&
      updates.dims().subspan(static_cast<size_t>(outer)) == params.dims().subspan(static_cast<size_t>(depth))) {
    return absl::OkStatus();
  }
  return Invalid("Dimensions [", depth, ",", params.rank(), ") of input[shape=", params.ToString(),
                 "] must match dimensions [", depth, ",", updates.rank(), ") of updates[shape=", updates.ToString(),
                 "]");
}

absl::Status ResourceStridedSliceAssignShape(ShapeContext& c) {
  RETURN_IF_ERROR(CheckHolds(c, c.dtype(4)));
  ASSIGN_OR_RETURN(const StridedSlice slice,
                   MakeStridedSlice(c.variable(0).shape, c.host(1), c.host(2), c.host(3), c.attrs()));
  const absl::StatusOr<Shape> both = Broadcast(c.input(4), slice.result);
  if (both.ok() && *both == slice.result) return absl::OkStatus();
  return Invalid("value ", c.input(4).ToString(), " cannot be broadcast to the slice ", slice.result.ToString());
}

#define SCATTER_NUMBERS                                                                                              \
  "dtype: {float, double, int32, uint8, int16, int8, complex64, int64, bfloat16, uint16, complex128, half, uint32, " \
  "uint64}, Tindices: {int32, int64}"

constexpr OpDef Scatter(absl::string_view name, absl::string_view doc, absl::string_view attrs = SCATTER_NUMBERS) {
  return {.name = name,
          .doc = doc,
          .inputs = "resource: resource, indices: Tindices, updates: dtype",
          .outputs = "",
          .attrs = attrs,
          .shape = &ResourceScatterShape,
          .gradient = &NotDifferentiable,
          .effect = Effect::kStateful};
}

constexpr OpDef ScatterNd(absl::string_view name, absl::string_view doc) {
  return {.name = name,
          .doc = doc,
          .inputs = "ref: resource, indices: Tindices, updates: T",
          .outputs = "",
          .attrs =
              "T: type, Tindices: {int32, int64}, use_locking: bool = true, "
              "bad_indices_policy: string {'', 'DEFAULT', 'ERROR', 'IGNORE'} = ''",
          .shape = &ResourceScatterNdShape,
          .gradient = &NotDifferentiable,
          .effect = Effect::kStateful};
}

constexpr OpDef kRows[] = {
    {.name = "ResourceGather",
     .doc = "The rows of the variable that indices name; the first batch_dims axes go together.",
     .inputs = "resource: resource, indices: Tindices",
     .outputs = "output: dtype",
     .attrs = "batch_dims: int = 0, validate_indices: bool = true, dtype: type, Tindices: {int32, int64}",
     .shape = &ResourceGatherShape,
     .gradient = &ResourceGatherGradient,
     .saves = Saves::kIndexInputs,
     .effect = Effect::kStateful},
    Scatter("ResourceScatterUpdate", "Puts updates in the place of the variable's rows that indices name.",
            "dtype: type, Tindices: {int32, int64}"),
    Scatter("ResourceScatterAdd", "Adds updates to the variable's rows that indices name."),
    Scatter("ResourceScatterSub", "Subtracts updates from the variable's rows that indices name."),
    Scatter("ResourceScatterMul", "Multiplies the variable's rows that indices name by updates."),
    Scatter("ResourceScatterDiv", "Divides the variable's rows that indices name by updates."),
    Scatter("ResourceScatterMin",
            "Leaves in the variable's rows that indices name the lesser of old value and update."),
    Scatter("ResourceScatterMax",
            "Leaves in the variable's rows that indices name the greater of old value and update."),
    ScatterNd("ResourceScatterNdUpdate", "Puts updates in the places of the variable that the rows of indices name."),
    ScatterNd("ResourceScatterNdAdd", "Adds updates in the places of the variable that the rows of indices name."),
    ScatterNd("ResourceScatterNdSub", "Subtracts updates in the places of the variable that the rows of indices name."),
    {.name = "ResourceStridedSliceAssign",
     .doc = "Puts value, broadcast, in the places of the variable that StridedSlice takes.",
     .inputs = "ref: resource, begin: host Index, end: host Index, strides: host Index, value: T",
     .outputs = "",
     .attrs = "T: type, Index: {int32, int64}, begin_mask: int = 0, end_mask: int = 0, ellipsis_mask: int = 0, "
              "new_axis_mask: int = 0, shrink_axis_mask: int = 0",
     .shape = &ResourceStridedSliceAssignShape,
     .gradient = &NotDifferentiable,
     .effect = Effect::kStateful},
};

#undef SCATTER_NUMBERS

}  // namespace

absl::Span<const OpDef> VariableIndexOps() { return kRows; }

}  // namespace eager
