// Which pass of a convolution an op is, and which of its tensors are the images and the filter.
#pragma once

#include <cstdint>

#include "absl/strings/match.h"
#include "server/kernels/kernel.h"

namespace eager::server {

enum class ConvPass : uint8_t { kForward, kBackpropInput, kBackpropFilter };

// Of an op of common/ops/conv_ops.cc. `output` is the convolved image; the op computes one of the three from the
// others.
struct ConvRoles {
  ConvPass pass = ConvPass::kForward;
  bool depthwise = false;
  const Tensor *input = nullptr, *filter = nullptr, *output = nullptr;

  static ConvRoles Of(const KernelContext& k) {
    const absl::string_view op = k.op().name;
    const bool depthwise = absl::StartsWith(op, "Depthwise");
    if (absl::EndsWith(op, "BackpropInput")) {
      return {ConvPass::kBackpropInput, depthwise, &k.output(0), &k.input(1), &k.input(2)};
    }
    if (absl::EndsWith(op, "BackpropFilter")) {
      return {ConvPass::kBackpropFilter, depthwise, &k.input(0), &k.output(0), &k.input(2)};
    }
    return {ConvPass::kForward, depthwise, &k.input(0), &k.input(1), &k.output(0)};
  }
};

}  // namespace eager::server
