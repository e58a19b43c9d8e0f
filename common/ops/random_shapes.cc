#include "common/ops/random_shapes.h"

#include "common/ops/host_inputs.h"
#include "common/status_macros.h"

namespace eager {
namespace {

template <class T>
absl::Status CheckRange(const HostView& min, const HostView& max) {
  const T low = *min.as<T>(), high = *max.as<T>();
  return low < high ? absl::OkStatus() : Invalid("Need minval < maxval, got ", low, " >= ", high);
}

}  // namespace

absl::Status RandomShape(ShapeContext& c) {
  if (c.input(0).rank() != 1)
    return Invalid("shape must be a vector of {int32,int64}, got shape ", c.input(0).ToString());
  ASSIGN_OR_RETURN(Shape shape, Shape::Make(c.ints(0)));
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

absl::Status CheckBoundsAreScalars(const ShapeContext& c, int min_input) {
  for (int i = min_input; i < min_input + 2; ++i) {
    if (!c.input(i).is_scalar())
      return Invalid(c.op().inputs[i].name, " must be 0-D, got shape ", c.input(i).ToString());
  }
  return absl::OkStatus();
}

absl::Status RandomIntShape(ShapeContext& c, int min_input) {
  RETURN_IF_ERROR(RandomShape(c));
  for (int64_t d : c.ints(0)) {
    if (d == 0) return absl::OkStatus();
  }
  RETURN_IF_ERROR(CheckBoundsAreScalars(c, min_input));
  const HostView &min = c.host(min_input), &max = c.host(min_input + 1);
  switch (c.dtype(min_input)) {
    case DType::kInt32:
      return CheckRange<int32_t>(min, max);
    case DType::kUint32:
      return CheckRange<uint32_t>(min, max);
    case DType::kUint64:
      return CheckRange<uint64_t>(min, max);
    default:
      return CheckRange<int64_t>(min, max);
  }
}

}  // namespace eager
