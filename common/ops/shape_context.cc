#include "common/ops/shape_context.h"

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace eager {

absl::Status NoOutputs(ShapeContext&) { return absl::OkStatus(); }

absl::Status SameAsInput0(ShapeContext& c) {
  c.set_output(0, c.input(0));
  return absl::OkStatus();
}

absl::Status BroadcastInputs(ShapeContext& c) {
  Shape shape = c.input(0);
  for (int i = 1; i < c.num_inputs(); ++i) {
    ASSIGN_OR_RETURN(shape, Broadcast(shape, c.input(i)));
  }
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

absl::StatusOr<int> ResolveAxis(int64_t axis, int rank, absl::string_view what) {
  if (axis < -rank || axis >= rank) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, " must be in the range [", -rank, ", ", rank, "), got ", axis));
  }
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

}  // namespace eager
