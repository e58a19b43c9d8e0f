#include "common/ops/strided_slice.h"

#include <algorithm>

#include "common/ops/host_inputs.h"
#include "common/status_macros.h"

namespace eager {
namespace {

// One axis of the input: its own element of begin, end and strides, or all of it where an ellipsis stands for it.
struct Range {
  int64_t begin = 0, end = 0, stride = 1;
  bool open_begin = true, open_end = true;
  bool shrink = false;
};

// What an axis of the result is: an axis of the input, or new.
constexpr int kNewAxis = -1;

struct Dense {
  absl::InlinedVector<Range, 6> ranges;  // one per axis of the input
  absl::InlinedVector<int, 6> result_axes;
};

class Masks {
 public:
  explicit Masks(const Attrs& attrs)
      : begin_(attrs.Get<int64_t>("begin_mask")),
        end_(attrs.Get<int64_t>("end_mask")),
        ellipsis_(attrs.Get<int64_t>("ellipsis_mask")),
        new_axis_(attrs.Get<int64_t>("new_axis_mask")),
        shrink_(attrs.Get<int64_t>("shrink_axis_mask")) {}
  bool begin(int i) const { return Bit(begin_, i); }
  bool end(int i) const { return Bit(end_, i); }
  bool ellipsis(int i) const { return Bit(ellipsis_, i); }
  bool new_axis(int i) const { return Bit(new_axis_, i) && !ellipsis(i); }
  bool shrink(int i) const { return Bit(shrink_, i); }
  // Also of positions that the slice does not have.
  bool several_ellipses() const { return (ellipsis_ & (ellipsis_ - 1)) != 0; }

 private:
  static bool Bit(int64_t mask, int i) { return (mask >> i & 1) != 0; }
  int64_t begin_, end_, ellipsis_, new_axis_, shrink_;
};

// Spreads the elements of begin, end and strides over the input's axes; without an ellipsis one stands at the end.
absl::StatusOr<Dense> Spread(int rank, const HostInts& begin, const HostInts& end, const HostInts& strides,
                             const Masks& masks) {
  if (masks.several_ellipses()) return Invalid("ellipsis_mask: Multiple ellipses in slice spec not allowed");
  const int n = static_cast<int>(begin.size());
  int ellipsis = n, named = 0;  // `named`: axes of the input that have an element of their own
  for (int i = 0; i < n; ++i) {
    if (masks.ellipsis(i)) {
      ellipsis = i;
    } else if (!masks.new_axis(i)) {
      ++named;
    }
  }
  if (named > rank) {
    return Invalid("begin, end and strides: Index out of range using input dim ", rank, "; input has only ", rank,
                   " dims");
  }
  Dense dense;
  for (int i = 0; i <= n; ++i) {
    const int axis = static_cast<int>(dense.ranges.size());
    if (i == ellipsis) {
      for (int k = 0; k < rank - named; ++k) dense.result_axes.push_back(axis + k);
      dense.ranges.resize(dense.ranges.size() + static_cast<size_t>(rank - named));
    } else if (i == n) {
      break;
    } else if (masks.new_axis(i)) {
      dense.result_axes.push_back(kNewAxis);
    } else {
      dense.ranges.push_back({begin[i], end[i], strides[i], masks.begin(i), masks.end(i), masks.shrink(i)});
      if (!masks.shrink(i)) dense.result_axes.push_back(axis);
    }
  }
  return dense;
}

// Resolves one range against the axis' extent: sets its first index and gives the number of indices.
absl::StatusOr<int64_t> Resolve(Range& r, int axis, int64_t extent) {
  if (r.stride == 0) return Invalid("strides[", axis, "] must be non-zero");
  if (r.shrink) {
    if (r.stride < 0) return Invalid("strides[", axis, "]: only stride 1 allowed on non-range indexing.");
    const int64_t index = r.begin < 0 ? r.begin + extent : r.begin;
    if (index < 0 || index >= extent)
      return Invalid("slice index ", r.begin, " of dimension ", axis, " out of bounds.");
    r.begin = index;
    r.stride = 1;
    return 1;
  }
  const int64_t low = r.stride > 0 ? 0 : -1, high = r.stride > 0 ? extent : extent - 1;  // of begin and end
  const auto place = [&](int64_t index) { return std::clamp(index < 0 ? index + extent : index, low, high); };
  const int64_t begin = r.open_begin ? (r.stride > 0 ? low : high) : place(r.begin);
  const int64_t end = r.open_end ? (r.stride > 0 ? high : low) : place(r.end);
  r.begin = begin;
  const int64_t span = end - begin;
  if (span == 0 || (span < 0) != (r.stride < 0)) return 0;
  return span / r.stride + (span % r.stride != 0 ? 1 : 0);
}

}  // namespace

absl::StatusOr<StridedSlice> MakeStridedSlice(const Shape& input, const HostView& begin, const HostView& end,
                                              const HostView& strides, const Attrs& masks) {
  const bool vectors = begin.shape->rank() == 1 && *begin.shape == *end.shape && *begin.shape == *strides.shape;
  if (!vectors || begin.num_elements() >= 32) {
    return Invalid(
        "Expected begin, end, and strides to be 1D equal size tensors of less than 32 elements, but got shapes ",
        begin.shape->ToString(), ", ", end.shape->ToString(), ", and ", strides.shape->ToString(), " instead.");
  }
  ASSIGN_OR_RETURN(Dense dense, Spread(input.rank(), ToInts(begin), ToInts(end), ToInts(strides), Masks(masks)));
  StridedSlice slice;
  for (int axis = 0; axis < input.rank(); ++axis) {
    Range& range = dense.ranges[axis];
    ASSIGN_OR_RETURN(const int64_t count, Resolve(range, axis, input[axis]));
    slice.begin.push_back(range.begin);
    slice.strides.push_back(range.stride);
    slice.extents.push_back(count);
  }
  for (int axis : dense.result_axes) slice.result.push_back(axis == kNewAxis ? 1 : slice.extents[axis]);
  slice.result_axes = std::move(dense.result_axes);
  return slice;
}

}  // namespace eager
