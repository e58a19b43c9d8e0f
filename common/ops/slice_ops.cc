// Ops that cut pieces out of a tensor.

#include "common/ops/grad_context.h"
#include "common/ops/host_inputs.h"
#include "common/ops/op_table.h"
#include "common/ops/strided_slice.h"
#include "common/status_macros.h"

namespace eager {
namespace {

absl::Status SliceShape(ShapeContext& c) {
  const Shape& in = c.input(0);
  const Shape vector{in.rank()};
  if (!(c.input(1) == vector) || !(c.input(2) == vector)) {
    return Invalid("Expected begin and size arguments to be 1-D tensors of size ", in.rank(), ", but got shapes ",
                   c.input(1).ToString(), " and ", c.input(2).ToString(), " instead.");
  }
  const HostInts begin = c.ints(1), size = c.ints(2);
  Shape out;
  for (int axis = 0; axis < in.rank(); ++axis) {
    if (begin[axis] < 0 || begin[axis] > in[axis]) {
      return Invalid("Expected begin[", axis, "] in [0, ", in[axis], "], but got ", begin[axis]);
    }
    const int64_t rest = in[axis] - begin[axis];
    if (size[axis] < -1 || size[axis] > rest) {
      return Invalid("Expected size[", axis, "] in [0, ", rest, "], but got ", size[axis]);
    }
    out.push_back(size[axis] == -1 ? rest : size[axis]);
  }
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

// Zeros where nothing was taken: begin before the upstream, input - output - begin behind it.
absl::Status SliceGrad(GradContext& g, Grads& grads) {
  const Shape &in = g.shape(g.input(0)), &out = g.shape(g.output(0));
  const HostInts begin = g.ints(1);
  HostInts paddings;
  for (int axis = 0; axis < in.rank(); ++axis) {
    const int64_t before = begin[static_cast<size_t>(axis)];
    paddings.push_back(before);
    paddings.push_back(in[axis] - out[axis] - before);
  }
  grads[0] = g.Op("Pad", {g.upstream(0), g.Const(HostTensor::FromSpan<int64_t>(Shape{in.rank(), 2}, paddings))});
  return absl::OkStatus();
}

absl::Status StridedSliceShape(ShapeContext& c) {
  ASSIGN_OR_RETURN(StridedSlice slice, MakeStridedSlice(c.input(0), c.host(1), c.host(2), c.host(3), c.attrs()));
  c.set_output(0, std::move(slice.result));
  return absl::OkStatus();
}

absl::Status StridedSliceGradShape(ShapeContext& c) {
  ASSIGN_OR_RETURN(Shape shape, HostShape(c, 0));
  ASSIGN_OR_RETURN(const StridedSlice slice, MakeStridedSlice(shape, c.host(1), c.host(2), c.host(3), c.attrs()));
  if (!(slice.result == c.input(4))) {
    return Invalid("shape of dy was ", c.input(4).ToString(), " instead of ", slice.result.ToString());
  }
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

NamedAttrs MasksOf(const GradContext& g) {
  return {{"begin_mask", g.attr<int64_t>("begin_mask")},
          {"end_mask", g.attr<int64_t>("end_mask")},
          {"ellipsis_mask", g.attr<int64_t>("ellipsis_mask")},
          {"new_axis_mask", g.attr<int64_t>("new_axis_mask")},
          {"shrink_axis_mask", g.attr<int64_t>("shrink_axis_mask")}};
}

absl::Status GradOfStridedSlice(GradContext& g, Grads& grads) {
  // StridedSliceGrad has no int16 form.
  const bool narrow = g.input(1).spec.dtype == DType::kInt16;
  const auto index = [&](int i) { return narrow ? g.Ints(g.ints(i), DType::kInt32) : g.input(i); };
  const Node shape = g.Ints(g.shape(g.input(0)).dims(), narrow ? DType::kInt32 : g.input(1).spec.dtype);
  grads[0] = g.Op("StridedSliceGrad", {shape, index(1), index(2), index(3), g.upstream(0)}, MasksOf(g));
  return absl::OkStatus();
}

absl::Status GradOfStridedSliceGrad(GradContext& g, Grads& grads) {
  grads[4] = g.Op("StridedSlice", {g.upstream(0), g.input(1), g.input(2), g.input(3)}, MasksOf(g));
  return absl::OkStatus();
}

constexpr OpDef kSliceOps[] = {
    {.name = "Slice",
     .doc = "size[i] elements from begin[i] on along axis i; a size of -1 is all that follow.",
     .inputs = "input: T, begin: host Index, size: host Index",
     .outputs = "output: T",
     .attrs = "T: type, Index: {int32, int64}",
     .shape = &SliceShape,
     .gradient = &SliceGrad,
     .saves = Saves::kHostInputs},
    {.name = "StridedSlice",
     .doc = "NumPy's indexing: begin:end:strides along each axis, with masks for open ends, ..., newaxis and indices.",
     .inputs = "input: T, begin: host Index, end: host Index, strides: host Index",
     .outputs = "output: T",
     .attrs = "T: type, Index: {int16, int32, int64}, begin_mask: int = 0, end_mask: int = 0, ellipsis_mask: int = 0, "
              "new_axis_mask: int = 0, shrink_axis_mask: int = 0",
     .shape = &StridedSliceShape,
     .gradient = &GradOfStridedSlice,
     .saves = Saves::kHostInputs},
    {.name = "StridedSliceGrad",
     .doc = "Zeros of the given shape with dy in the places that StridedSlice takes.",
     .inputs = "shape: host Index, begin: host Index, end: host Index, strides: host Index, dy: T",
     .outputs = "output: T",
     .attrs = "T: type, Index: {int32, int64}, begin_mask: int = 0, end_mask: int = 0, ellipsis_mask: int = 0, "
              "new_axis_mask: int = 0, shrink_axis_mask: int = 0",
     .shape = &StridedSliceGradShape,
     .gradient = &GradOfStridedSliceGrad,
     .saves = Saves::kHostInputs},
};

}  // namespace

absl::Span<const OpDef> SliceOps() { return kSliceOps; }

}  // namespace eager
