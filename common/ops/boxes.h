// Boxes that suppress each other, and windows that are cut out of images: shared by shape functions and kernels.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/host_tensor.h"
#include "common/ops/op_spec.h"
#include "common/ops/window.h"

namespace eager {

// Element i of a tensor of float32 or float16.
float FloatAt(const HostView& t, int64_t i);

struct SelectedBox {
  int64_t box;
  float score;
};
// By the inputs of NonMaxSuppression.
std::vector<SelectedBox> SelectBoxes(absl::Span<const HostView> inputs);

// The windows of ExtractImagePatches.
struct PatchDims {
  WindowAxis rows, columns;
  static absl::StatusOr<PatchDims> Make(absl::Span<const int64_t> sizes, absl::Span<const int64_t> strides,
                                        absl::Span<const int64_t> rates, absl::string_view padding,
                                        const Shape& images);
};

}  // namespace eager
