// Shapes that the gradients of functions compute with: of what has no tensor, or into lists of outputs.
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/rpc/tensorflow/runner.h"

namespace eager::server::tf {
namespace {

// Where each of the shapes begins in what they make together along one axis.
absl::Status ConcatOffset(OpCall& call) {
  ASSIGN_OR_RETURN(const int64_t given, call.integer(0));
  if (call.num_inputs() < 2) return call.Invalid("there are no shapes");
  HostInts first;
  int64_t offset = 0;
  for (int i = 1; i < call.num_inputs(); ++i) {
    ASSIGN_OR_RETURN(const HostTensor shape, call.host(i));
    if ((shape.dtype() != DType::kInt32 && shape.dtype() != DType::kInt64) || shape.shape().rank() != 1) {
      return call.Invalid(absl::StrCat("input ", i, " (shape) must be a vector of int32 or int64, got ", shape.spec().ToString()));
    }
    const HostInts dims = ToInts(shape.view());
    const auto rank = static_cast<int64_t>(dims.size());
    const int64_t axis = given < 0 ? given + rank : given;
    if (axis < 0 || axis >= rank) return call.Invalid(absl::StrCat("Concat dim is out of range: ", given, " vs. ", rank));
    if (i == 1) first = dims;
    if (dims.size() != first.size()) return call.Invalid(absl::StrCat("input ", i, " should contain ", first.size(), " elements, but got ", rank));
    for (int64_t d = 0; d < rank; ++d) {
      if (d == axis || dims[static_cast<size_t>(d)] == first[static_cast<size_t>(d)]) continue;
      return call.Invalid(absl::StrCat("All dimensions except ", axis, " must match. Input ", i - 1, " has ", dims[static_cast<size_t>(d)],
                                       " in dimension ", d, ", input 0 has ", first[static_cast<size_t>(d)]));
    }
    HostTensor out(shape.spec());
    if (shape.dtype() == DType::kInt32) {
      out.values<int32_t>()[static_cast<size_t>(axis)] = static_cast<int32_t>(offset);
    } else {
      out.values<int64_t>()[static_cast<size_t>(axis)] = offset;
    }
    if (__builtin_add_overflow(offset, dims[static_cast<size_t>(axis)], &offset)) return call.Invalid("the shapes are too large together");
    ASSIGN_OR_RETURN(TensorRef tensor, call.runner().Constant(out, call.frame()));
    call.Return(std::move(tensor));
  }
  return absl::OkStatus();
}

// The extents of what a variable holds, whether it has a value or not.
absl::Status VariableShape(OpCall& call) {
  if (call.num_inputs() != 1 || !call.inputs()[0].tensor || !call.inputs()[0].tensor->is_variable()) {
    return call.Invalid("input 0 must be the handle of a variable");
  }
  const Shape& shape = call.inputs()[0].tensor->value_spec().shape;
  const absl::StatusOr<DType> wanted = call.attrs().Type("out_type");
  HostTensor values = HostTensor::FromSpan<int64_t>(Shape({shape.rank()}), shape.dims());
  if (!wanted.ok() || *wanted == DType::kInt32) {
    values = HostTensor::FromSpan<int32_t>(Shape({shape.rank()}), std::vector<int32_t>(shape.dims().begin(), shape.dims().end()));
  }
  ASSIGN_OR_RETURN(TensorRef tensor, call.runner().Constant(values, call.frame()));
  call.Return(std::move(tensor));
  return absl::OkStatus();
}

constexpr OpRow kRows[] = {
    {"ConcatOffset", "offset", &ConcatOffset},
    {"VariableShape", "output", &VariableShape, /*stateful=*/true},
};

}  // namespace

absl::Span<const OpRow> ShapeOps() { return kRows; }

}  // namespace eager::server::tf
