#include "common/ops/host_inputs.h"

#include "common/status_macros.h"

namespace eager {
namespace {

absl::string_view ArgName(const ShapeContext& c, int i) {
  return c.op().inputs[c.op().InputArg(i, c.num_inputs())].name;
}

}  // namespace

absl::StatusOr<int64_t> HostScalar(const ShapeContext& c, int i, ScalarForm form) {
  const Shape& shape = c.input(i);
  const bool fits = shape.is_scalar() || (form == ScalarForm::kVectorOfOne && shape == Shape({1})) ||
                    (form == ScalarForm::kAnyOfOne && shape.num_elements() == 1);
  if (!fits) {
    return Invalid(ArgName(c, i), form == ScalarForm::kAnyOfOne ? " must have a single value" : " must be a scalar",
                   ", got shape ", shape.ToString());
  }
  return c.host(i).int_at(0);
}

absl::StatusOr<HostInts> HostVector(const ShapeContext& c, int i) {
  if (c.input(i).rank() != 1) return Invalid(ArgName(c, i), " must be a vector, got shape ", c.input(i).ToString());
  return c.ints(i);
}

absl::StatusOr<Shape> HostShape(const ShapeContext& c, int i) {
  ASSIGN_OR_RETURN(const HostInts dims, HostVector(c, i));
  absl::StatusOr<Shape> shape = Shape::Make(dims);
  if (!shape.ok()) return Invalid(ArgName(c, i), ": ", shape.status().message());
  return shape;
}

}  // namespace eager
