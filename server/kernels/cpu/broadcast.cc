#include "server/kernels/cpu/broadcast.h"

#include <algorithm>

#include "absl/container/inlined_vector.h"
#include "server/device/cpu/compute.h"

namespace eager::server {
namespace {

void Move(const void*& p, int64_t bytes) { p = static_cast<const char*>(p) + bytes; }
void Move(void*& p, int64_t bytes) { p = static_cast<char*>(p) + bytes; }

void RunFlat(const Stretch& all, StretchLoop loop, const ElementSizes& sizes) {
  if (all.n <= kElementwiseGrain) return loop(all);
  ParallelFor(all.n, kElementwiseGrain, [&](int64_t begin, int64_t end) {
    Stretch part = all;
    for (int i = 0; i < 3; ++i) Move(part.in[i], begin * all.step[i] * sizes.in[i]);
    Move(part.out, begin * sizes.out);
    part.n = end - begin;
    loop(part);
  });
}

// An axis of the output, or several that all inputs step through as through one.
struct Axis {
  int64_t extent;
  std::array<int64_t, 3> stride;  // 0 where the input is repeated
};
using Axes = absl::InlinedVector<Axis, 6>;  // innermost first

// With strides in elements.
Axes MergedAxes(const KernelContext& k, int num_inputs) {
  const Shape& shape = k.output(0).shape();
  std::array<int64_t, 3> elements = {1, 1, 1};  // of each input within the axes seen so far
  Axes axes;
  for (int d = shape.rank() - 1; d >= 0; --d) {
    if (shape[d] == 1) continue;
    Axis axis = {shape[d], {0, 0, 0}};
    for (int i = 0; i < num_inputs; ++i) {
      const Shape& in = k.input(i).shape();
      const int in_d = d - (shape.rank() - in.rank());
      if (in_d < 0 || in[in_d] == 1) continue;
      axis.stride[i] = elements[i];
      elements[i] *= in[in_d];
    }
    bool merges = !axes.empty();
    for (int i = 0; i < num_inputs && merges; ++i) {
      merges = axis.stride[i] == axes.back().stride[i] * axes.back().extent;
    }
    if (merges) {
      axes.back().extent *= axis.extent;
    } else {
      axes.push_back(axis);
    }
  }
  return axes;
}

// The output elements [begin, end), one innermost axis after the other. `axes` has strides in bytes.
void RunRange(const Stretch& all, StretchLoop loop, int64_t out_size, const Axes& axes, int64_t begin, int64_t end) {
  Stretch part = all;
  Move(part.out, begin * out_size);
  absl::InlinedVector<int64_t, 6> at(axes.size());
  int64_t rest = begin;
  for (size_t a = 0; a < axes.size(); ++a) {
    at[a] = rest % axes[a].extent;
    rest /= axes[a].extent;
    for (int i = 0; i < 3; ++i) Move(part.in[i], at[a] * axes[a].stride[i]);
  }
  for (int64_t done = begin; done < end; done += part.n) {
    part.n = std::min(axes[0].extent - at[0], end - done);
    loop(part);
    Move(part.out, part.n * out_size);
    at[0] += part.n;
    for (int i = 0; i < 3; ++i) Move(part.in[i], part.n * axes[0].stride[i]);
    for (size_t a = 0; a + 1 < axes.size() && at[a] == axes[a].extent; ++a) {
      at[a] = 0;
      ++at[a + 1];
      for (int i = 0; i < 3; ++i) Move(part.in[i], axes[a + 1].stride[i] - axes[a].extent * axes[a].stride[i]);
    }
  }
}

}  // namespace

void RunElementwise(KernelContext& k, int num_inputs, StretchLoop loop, const ElementSizes& sizes) {
  const Tensor& out = k.output(0);
  Stretch all = {{}, {}, out.raw(), 1};
  if (out.shape().is_scalar()) {  // the commonest call of all
    for (int i = 0; i < num_inputs; ++i) all.in[i] = k.input(i).raw();
    all.step = {1, 1, 1};
    return loop(all);
  }
  all.n = out.num_elements();
  if (all.n == 0) return;
  bool flat = true;
  for (int i = 0; i < num_inputs; ++i) {
    const Tensor& in = k.input(i);
    const int64_t n = in.num_elements();
    all.in[i] = in.raw();
    all.step[i] = n == all.n ? 1 : 0;
    flat = flat && (n == all.n || n == 1);
  }
  if (flat) return RunFlat(all, loop, sizes);

  Axes axes = MergedAxes(k, num_inputs);
  all.step = axes[0].stride;  // dense tensors: 0 or 1
  for (Axis& axis : axes) {
    for (int i = 0; i < 3; ++i) axis.stride[i] *= sizes.in[i];
  }
  ParallelFor(all.n, kElementwiseGrain,
              [&](int64_t begin, int64_t end) { RunRange(all, loop, sizes.out, axes, begin, end); });
}

}  // namespace eager::server
