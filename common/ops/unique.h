// Which elements, or slices along an axis, of a tensor are equal: shared by shape function and kernel.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "common/host_tensor.h"

namespace eager {

// Numbers are given to different slices in the order in which they first stand there. A nan equals nothing.
struct UniqueSlices {
  std::vector<int64_t> number;  // of each slice
  std::vector<int64_t> first;   // of each number: the first slice that has it
};

// The slices along axis 1 of x seen as [outer, n, inner].
struct SliceView {
  int64_t outer = 1, n = 0, inner = 1;
};
UniqueSlices FindUnique(const HostView& x, const SliceView& view);

// Where x, a vector, has elements that the vector y has not. A nan is never there.
std::vector<int64_t> FindMissing(const HostView& x, const HostView& y);

// Of x along `axis`; x must have elements.
SliceView SlicesAlong(const Shape& x, int axis);

}  // namespace eager
