// Ops that read from or write to places that indices name.

#include <algorithm>

#include "common/ops/grad_context.h"
#include "common/ops/host_inputs.h"
#include "common/ops/op_table.h"
#include "common/status_macros.h"

namespace eager {
namespace {

// What GatherV2 reads: `axis` of params for each of indices, whose first `batch` axes go with those of params.
struct GatherAxes {
  int axis = 0;
  int batch = 0;
};

absl::StatusOr<GatherAxes> FindGatherAxes(const ShapeContext& c, const Shape& params, const Shape& indices,
                                          int axis_input) {
  ASSIGN_OR_RETURN(int64_t axis, HostScalar(c, axis_input));
  const int rank = params.rank();
  if (axis < -rank || axis >= rank) {
    return Invalid("params: Shape must be at least rank ", axis < 0 ? -static_cast<uint64_t>(axis) : axis + uint64_t{1},
                   " for axis ", axis, " but is rank ", rank);
  }
  if (axis < 0) axis += rank;
  int64_t batch = c.attr<int64_t>("batch_dims");
  if (batch < -indices.rank() || batch > indices.rank()) {
    return Invalid("Expected batch_dims in the range [", -indices.rank(), ", ", indices.rank(), "], but got ", batch);
  }
  if (batch < 0) batch += indices.rank();
  if (batch > axis) return Invalid("batch_dims (", batch, ") must be less than or equal to axis (", axis, ")");
  for (int d = 0; d < batch; ++d) {
    if (params[d] != indices[d]) {
      return Invalid("params.shape[", d, "]: ", params[d], " should be equal to indices.shape[", d, "]: ", indices[d]);
    }
  }
  return GatherAxes{static_cast<int>(axis), static_cast<int>(batch)};
}

// params' shape with the indices' axes behind the batch in the place of `axis`.
absl::StatusOr<Shape> GatheredShape(const ShapeContext& c, const Shape& params, const Shape& indices, int axis_input) {
  ASSIGN_OR_RETURN(const GatherAxes at, FindGatherAxes(c, params, indices, axis_input));
  Shape::Dims dims(params.dims().begin(), params.dims().begin() + at.axis);
  dims.insert(dims.end(), indices.dims().begin() + at.batch, indices.dims().end());
  dims.insert(dims.end(), params.dims().begin() + at.axis + 1, params.dims().end());
  return Shape::Make(dims);
}

absl::Status GatherShape(ShapeContext& c) {
  ASSIGN_OR_RETURN(Shape out, GatheredShape(c, c.input(0), c.input(1), 2));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status GradOfGather(GradContext& g, Grads& grads) {
  const Node shape = g.Ints(g.shape(g.input(0)).dims());
  grads[0] = g.Op("GatherV2Grad", {shape, g.input(1), g.upstream(0), g.input(2)},
                  {{"batch_dims", g.attr<int64_t>("batch_dims")}});
  return absl::OkStatus();
}

absl::Status GatherGradShape(ShapeContext& c) {
  ASSIGN_OR_RETURN(Shape params, HostShape(c, 0));
  ASSIGN_OR_RETURN(const Shape gathered, GatheredShape(c, params, c.input(1), 3));
  if (!(gathered == c.input(2))) {
    return Invalid("shape of dy was ", c.input(2).ToString(), " instead of ", gathered.ToString());
  }
  c.set_output(0, std::move(params));
  return absl::OkStatus();
}

absl::Status GradOfGatherGrad(GradContext& g, Grads& grads) {
  grads[2] = g.Op("GatherV2", {g.upstream(0), g.input(1), g.input(3)}, {{"batch_dims", g.attr<int64_t>("batch_dims")}});
  return absl::OkStatus();
}

// How many leading axes one row of `indices` names.
absl::StatusOr<int> IndexDepth(const Shape& indices, const Shape& target, absl::string_view target_name) {
  if (indices.rank() < 1) return Invalid("indices must be at least a vector, got a scalar");
  const int64_t depth = indices[indices.rank() - 1];
  if (depth > target.rank()) {
    return Invalid("index innermost dimension length of indices must be <= ", target_name, " rank; saw: ", depth,
                   " vs. ", target.rank());
  }
  return static_cast<int>(depth);
}

absl::Status GatherNdShape(ShapeContext& c) {
  const Shape &params = c.input(0), &indices = c.input(1);
  if (params.rank() < 1) return Invalid("params must be at least a vector, got a scalar");
  ASSIGN_OR_RETURN(const int depth, IndexDepth(indices, params, "params"));
  const auto rows = indices.dims().first(indices.rank() - 1);
  const bool any = std::none_of(rows.begin(), rows.end(), [](int64_t extent) { return extent == 0; });
  if (any && params.num_elements() == 0) {
    return Invalid("Requested more than 0 entries, but params is empty.  Params shape: ", params.ToString());
  }
  Shape::Dims dims(indices.dims().begin(), indices.dims().end() - 1);
  dims.insert(dims.end(), params.dims().begin() + depth, params.dims().end());
  ASSIGN_OR_RETURN(Shape out, Shape::Make(dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

// What an op does with an index that is out of range, passed on to the ops of its gradient.
NamedAttrs PolicyOf(const GradContext& g) {
  return {{"bad_indices_policy", g.attr<std::string>("bad_indices_policy")}};
}

// ScatterNd's shape has the indices' dtype.
absl::Status GatherNdGrad(GradContext& g, Grads& grads) {
  Node indices = g.input(1);
  if (indices.spec.dtype != DType::kInt64) indices = g.Cast(indices, DType::kInt32);
  const Node shape = g.Ints(g.shape(g.input(0)).dims(), indices.spec.dtype);
  grads[0] = g.Op("ScatterNd", {indices, g.upstream(0), shape}, PolicyOf(g));
  return absl::OkStatus();
}

// Updates are slices of `target`, one for each row of indices.
absl::Status CheckUpdates(const Shape& indices, const Shape& updates, const Shape& target) {
  ASSIGN_OR_RETURN(const int depth, IndexDepth(indices, target, "output"));
  const int outer = indices.rank() - 1, inner = target.rank() - depth;
  const auto differ = [&](int n, int from_indices, absl::Span<const int64_t> expected) {
    return updates.rank() < from_indices + n ||
           !std::equal(expected.begin(), expected.end(), updates.dims().begin() + from_indices);
  };
  if (differ(outer, 0, indices.dims().subspan(0, outer))) {
    return Invalid("Dimensions [0,", outer, ") of indices[shape=", indices.ToString(), "] must match dimensions [0,",
                   outer, ") of updates[shape=", updates.ToString(), "]");
  }
  if (updates.rank() != outer + inner || differ(inner, outer, target.dims().subspan(depth))) {
    return Invalid("The inner ", inner, " dimensions of output.shape=", target.ToString(), " must match the inner ",
                   updates.rank() - outer, " dimensions of updates.shape=", updates.ToString());
  }
  return absl::OkStatus();
}

absl::Status ScatterNdShape(ShapeContext& c) {
  ASSIGN_OR_RETURN(Shape shape, HostShape(c, 2));
  RETURN_IF_ERROR(CheckUpdates(c.input(0), c.input(1), shape));
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

absl::Status ScatterNdGrad(GradContext& g, Grads& grads) {
  grads[1] = g.Op("GatherNd", {g.upstream(0), g.input(0)}, PolicyOf(g));
  return absl::OkStatus();
}

absl::Status TensorScatterShape(ShapeContext& c) {
  RETURN_IF_ERROR(CheckUpdates(c.input(1), c.input(2), c.input(0)));
  return SameAsInput0(c);
}

absl::Status TensorScatterAddGrad(GradContext& g, Grads& grads) {
  grads[0] = g.upstream(0);
  if (g.needs(2)) grads[2] = g.Op("GatherNd", {g.upstream(0), g.input(1)}, PolicyOf(g));
  return absl::OkStatus();
}

absl::Status TensorScatterUpdateGrad(GradContext& g, Grads& grads) {
  if (g.needs(0)) {
    grads[0] = g.Op("TensorScatterUpdate", {g.upstream(0), g.input(1), g.ZerosLike(g.input(2))}, PolicyOf(g));
  }
  if (g.needs(2)) {
    const bool unsigned_indices = g.input(1).spec.dtype == DType::kUint16;  // GatherNd takes none
    const Node indices = unsigned_indices ? g.Cast(g.input(1), DType::kInt32) : g.input(1);
    grads[2] = g.Op("GatherNd", {g.upstream(0), indices}, PolicyOf(g));
  }
  return absl::OkStatus();
}

absl::Status TensorScatterSubGrad(GradContext& g, Grads& grads) {
  grads[0] = g.upstream(0);
  if (g.needs(2)) grads[2] = g.Neg(g.Op("GatherNd", {g.upstream(0), g.input(1)}, PolicyOf(g)));
  return absl::OkStatus();
}

// In equal parts to all that are the extremum.
absl::Status TensorScatterExtremumGrad(GradContext& g, Grads& grads) {
  const Node &x = g.input(0), &indices = g.input(1), &y = g.input(2), &out = g.output(0), up = g.upstream(0);
  const Node x_is = g.Cast(g.Op("Equal", {x, out}), up.spec.dtype);
  const Node y_is = g.Cast(g.Op("Equal", {y, g.Op("GatherNd", {out, indices}, PolicyOf(g))}), up.spec.dtype);
  const Node shape = g.Ints(g.shape(x).dims(), indices.spec.dtype);
  const Node all = g.Add(x_is, g.Op("ScatterNd", {indices, y_is, shape}, PolicyOf(g)));
  if (g.needs(0)) grads[0] = g.Div(g.Mul(up, x_is), all);
  if (g.needs(2)) grads[2] = g.Mul(g.Op("GatherNd", {g.Div(up, all), indices}, PolicyOf(g)), y_is);
  return g.status();
}

absl::Status SegmentSumShape(ShapeContext& c) {
  const Shape &data = c.input(0), &ids = c.input(1);
  if (data.rank() < ids.rank() || data.dims().subspan(0, ids.rank()) != ids.dims()) {
    return Invalid("data.shape = ", data.ToString(), " does not start with segment_ids.shape = ", ids.ToString());
  }
  ASSIGN_OR_RETURN(const int64_t segments, HostScalar(c, 2));
  if (segments < 0) return Invalid("num_segments must be non-negative, got ", segments);
  Shape::Dims dims(data.dims().begin() + ids.rank(), data.dims().end());
  dims.insert(dims.begin(), segments);
  ASSIGN_OR_RETURN(Shape out, Shape::Make(dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

// A negative id belongs to no segment: its data gets no gradient.
absl::Status SegmentSumGrad(GradContext& g, Grads& grads) {
  if (g.shape(g.output(0)).num_elements() == 0) {
    grads[0] = g.ZerosLike(g.input(0));
    return absl::OkStatus();
  }
  const Node ids = g.Cast(g.input(1), DType::kInt64);
  const Node none = g.Const(HostTensor::Scalar<int64_t>(0));
  const Node taken = g.Op("GatherV2", {g.upstream(0), g.Op("Maximum", {ids, none}), none});
  Node in_segment = g.Op("GreaterEqual", {ids, none});
  Shape shape = g.shape(g.input(1));
  while (shape.rank() < g.shape(g.input(0)).rank()) shape.push_back(1);
  in_segment = g.Reshape(in_segment, shape);
  grads[0] = g.Op("SelectV2", {in_segment, taken, g.ZerosLike(taken)});
  return absl::OkStatus();
}

absl::Status SparseToDenseShape(ShapeContext& c) {
  const Shape &indices = c.input(0), &values = c.input(2);
  if (indices.rank() > 2) {
    return Invalid("sparse_indices should be a scalar, vector, or matrix, got shape ", indices.ToString());
  }
  const int64_t n = indices.is_scalar() ? 1 : indices[0], rank = indices.rank() < 2 ? 1 : indices[1];
  if (c.input(1).rank() != 1) return Invalid("output_shape must be rank 1, got shape ", c.input(1).ToString());
  if (c.input(1)[0] != rank) {
    return Invalid("output_shape has incorrect number of elements: ", c.input(1)[0], " should be: ", rank);
  }
  if (!values.is_scalar() && values != Shape{n}) {
    return Invalid("sparse_values has incorrect shape ", values.ToString(), ", should be [] or [", n, "]");
  }
  if (!c.input(3).is_scalar()) return Invalid("default_value should be a scalar.");
  ASSIGN_OR_RETURN(Shape shape, HostShape(c, 1));
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

// The default gets what flows into all places that have no value.
absl::Status SparseToDenseGrad(GradContext& g, Grads& grads) {
  const Shape &indices = g.shape(g.input(0)), &values = g.shape(g.input(2));
  const Shape rows{indices.is_scalar() ? 1 : indices[0], indices.rank() < 2 ? 1 : indices[1]};
  const Node taken = g.Op("GatherNd", {g.upstream(0), g.Reshape(g.input(0), rows)});
  const auto all = [&](const Node& x) {
    HostInts axes;
    for (int axis = 0; axis < g.shape(x).rank(); ++axis) axes.push_back(axis);
    return g.Sum(x, axes, /*keep_dims=*/false);
  };
  if (g.needs(2)) grads[2] = values.is_scalar() ? all(taken) : taken;
  if (g.needs(3)) grads[3] = g.Sub(all(g.upstream(0)), all(taken));
  return g.status();
}

constexpr OpDef kGatherOps[] = {
    {.name = "GatherV2",
     .doc = "The slices of params along an axis that indices name; the first batch_dims axes go together.",
     .inputs = "params: Tparams, indices: Tindices, axis: host Taxis",
     .outputs = "output: Tparams",
     .attrs = "batch_dims: int = 0, Tparams: type, Tindices: {int16, int32, int64}, Taxis: {int32, int64}",
     .shape = &GatherShape,
     .gradient = &GradOfGather,
     .saves = Saves::kIndexInputs},
    {.name = "GatherV2Grad",
     .doc = "Zeros of the given shape with dy added in the places that GatherV2 reads.",
     .inputs = "shape: host Tshape, indices: Tindices, dy: T, axis: host Taxis",
     .outputs = "output: T",
     .attrs = "batch_dims: int = 0, T: type, Tshape: {int32, int64}, Tindices: {int16, int32, int64}, "
              "Taxis: {int32, int64}",
     .shape = &GatherGradShape,
     .gradient = &GradOfGatherGrad,
     .saves = Saves::kIndexInputs},
    {.name = "GatherNd",
     .doc = "The slices of params that the rows of indices name, an index for each of the leading axes.",
     .inputs = "params: Tparams, indices: Tindices",
     .outputs = "output: Tparams",
     .attrs = "Tparams: type, Tindices: {int16, int32, int64}, "
              "bad_indices_policy: string {'', 'DEFAULT', 'ERROR', 'IGNORE'} = ''",
     .shape = &GatherNdShape,
     .gradient = &GatherNdGrad,
     .saves = Saves::kIndexInputs},
    {.name = "ScatterNd",
     .doc = "Zeros of the given shape with updates added in the places that the rows of indices name.",
     .inputs = "indices: Tindices, updates: T, shape: host Tindices",
     .outputs = "output: T",
     .attrs = "T: type, Tindices: {int16, int32, int64}, "
              "bad_indices_policy: string {'', 'DEFAULT', 'ERROR', 'IGNORE'} = ''",
     .shape = &ScatterNdShape,
     .gradient = &ScatterNdGrad,
     .saves = Saves::kIndexInputs},
    {.name = "TensorScatterAdd",
     .doc = "A tensor with updates added in the places that the rows of indices name.",
     .inputs = "tensor: T, indices: Tindices, updates: T",
     .outputs = "output: T",
     .attrs = "T: type, Tindices: {int32, int64}, "
              "bad_indices_policy: string {'', 'DEFAULT', 'ERROR', 'IGNORE'} = ''",
     .shape = &TensorScatterShape,
     .gradient = &TensorScatterAddGrad,
     .saves = Saves::kIndexInputs},
    {.name = "TensorScatterUpdate",
     .doc = "A tensor with updates in the places that the rows of indices name; the last of several wins.",
     .inputs = "tensor: T, indices: Tindices, updates: T",
     .outputs = "output: T",
     .attrs = "T: type, Tindices: {int16, int32, int64, uint16}, "
              "bad_indices_policy: string {'', 'DEFAULT', 'ERROR', 'IGNORE'} = ''",
     .shape = &TensorScatterShape,
     .gradient = &TensorScatterUpdateGrad,
     .saves = Saves::kIndexInputs},
    {.name = "TensorScatterSub",
     .doc = "A tensor with updates subtracted in the places that the rows of indices name.",
     .inputs = "tensor: T, indices: Tindices, updates: T",
     .outputs = "output: T",
     .attrs = "T: type, Tindices: {int32, int64}, bad_indices_policy: string {'', 'DEFAULT', 'ERROR', 'IGNORE'} = ''",
     .shape = &TensorScatterShape,
     .gradient = &TensorScatterSubGrad,
     .saves = Saves::kIndexInputs},
    {.name = "TensorScatterMax",
     .doc = "A tensor with updates where they are larger, in the places that the rows of indices name.",
     .inputs = "tensor: T, indices: Tindices, updates: T",
     .outputs = "output: T",
     .attrs = "T: type, Tindices: {int32, int64}, bad_indices_policy: string {'', 'DEFAULT', 'ERROR', 'IGNORE'} = ''",
     .shape = &TensorScatterShape,
     .gradient = &TensorScatterExtremumGrad,
     .saves = Saves::kBoth},
    {.name = "TensorScatterMin",
     .doc = "A tensor with updates where they are smaller, in the places that the rows of indices name.",
     .inputs = "tensor: T, indices: Tindices, updates: T",
     .outputs = "output: T",
     .attrs = "T: type, Tindices: {int32, int64}, bad_indices_policy: string {'', 'DEFAULT', 'ERROR', 'IGNORE'} = ''",
     .shape = &TensorScatterShape,
     .gradient = &TensorScatterExtremumGrad,
     .saves = Saves::kBoth},
    {.name = "SparseToDense",
     .doc = "A tensor of the given shape with values in the places that indices name and the default in all others.",
     .inputs = "sparse_indices: Tindices, output_shape: host Tindices, sparse_values: T, default_value: T",
     .outputs = "dense: T",
     .attrs = "validate_indices: bool = true, T: type, Tindices: {int32, int64}",
     .shape = &SparseToDenseShape,
     .gradient = &SparseToDenseGrad,
     .saves = Saves::kIndexInputs},
    {.name = "UnsortedSegmentSum",
     .doc = "Sums of the slices of data with the same segment id; a negative id belongs to no segment.",
     .inputs = "data: T, segment_ids: Tindices, num_segments: host Tnumsegments",
     .outputs = "output: T",
     .attrs =
         "T: {float, double, int32, uint8, int16, int8, complex64, int64, bfloat16, uint16, complex128, half, uint32, "
         "uint64}, Tindices: {int16, int32, int64}, Tnumsegments: {int32, int64} = int32",
     .shape = &SegmentSumShape,
     .gradient = &SegmentSumGrad,
     .saves = Saves::kIndexInputs},
};

}  // namespace

absl::Span<const OpDef> GatherOps() { return kGatherOps; }

}  // namespace eager
