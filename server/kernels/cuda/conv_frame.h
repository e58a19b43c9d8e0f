// Convolutions with the same padding on either side, which is what cuDNN has: a frame around the images makes up the
// rest.
#pragma once

#include <algorithm>
#include <utility>

#include "common/dtype.h"
#include "common/ops/window.h"
#include "server/kernels/conv_roles.h"

namespace eager::server::cuda {

// A window over a framed image. Its element i is the image's i - front; what is not in the image is 0.
struct FramedAxis {
  WindowAxis axis;  // before == after
  int64_t front = 0;

  explicit FramedAxis(const WindowAxis& a) : axis(a) {
    const auto windows = [&](int64_t in, int64_t before) { return (in + 2 * before - a.extent()) / a.stride + 1; };
    axis.after = a.before;
    if (a.in + 2 * a.before >= a.extent() && windows(a.in, a.before) == a.out)
      return;  // what no window sees does not matter
    // What the last window reaches behind the image; negative where it ends before.
    const int64_t after = (a.out - 1) * a.stride + a.extent() - a.in - a.before;
    axis.before = axis.after = std::clamp<int64_t>(after, 0, a.before);
    front = a.before - axis.before;
    axis.in = a.in + front + after - axis.after;
  }
};

// A convolution as cuDNN computes it. `framed` says whether its images are others than the op's.
struct FramedConv {
  ConvDims dims;
  int64_t front_rows = 0, front_columns = 0;
  bool framed = false;

  explicit FramedConv(const ConvDims& d) : dims(d) {
    const FramedAxis rows(d.rows), columns(d.columns);
    dims.rows = rows.axis;
    dims.columns = columns.axis;
    front_rows = rows.front;
    front_columns = columns.front;
    framed = dims.rows.in != d.rows.in || dims.columns.in != d.columns.in || front_rows != 0 || front_columns != 0;
  }
};

// What a plan of cuDNN's is made for, but for the GPU.
struct ConvPlanKey {
  ConvPass pass = ConvPass::kForward;
  DType dtype = DType::kFloat32;
  ConvDims dims;  // padding is the same on either side

  friend bool operator==(const ConvPlanKey&, const ConvPlanKey&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const ConvPlanKey& k) {
    return H::combine(std::move(h), k.pass, k.dtype, k.dims);
  }
};

}  // namespace eager::server::cuda
