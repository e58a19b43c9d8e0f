// Local response normalization over channels.

#include <limits>

#include "common/ops/grad_context.h"
#include "common/ops/host_inputs.h"
#include "common/ops/op_table.h"
#include "common/status_macros.h"

namespace eager {
namespace {

absl::Status CheckRadius(const ShapeContext& c) {
  const int64_t radius = c.attr<int64_t>("depth_radius");
  if (radius < 0 || radius > std::numeric_limits<int32_t>::max()) {
    return Invalid("depth_radius = ", radius, " must be in the range [0, ", std::numeric_limits<int32_t>::max(), "]");
  }
  return absl::OkStatus();
}

absl::Status LrnShape(ShapeContext& c) {
  RETURN_IF_ERROR(CheckRadius(c));
  if (c.input(0).rank() != 4) return Invalid("input: in must be 4-dimensional, got ", c.input(0).ToString());
  return SameAsInput0(c);
}

absl::Status LrnGradShape(ShapeContext& c) {
  RETURN_IF_ERROR(CheckRadius(c));
  for (int i = 0; i < 3; ++i) {
    if (c.input(i).rank() != 4) {
      return Invalid("inputs must be 4-dimensional: ", c.op().inputs[i].name, " is ", c.input(i).ToString());
    }
    if (c.input(i) != c.input(0)) {
      return Invalid("input_grads, input_image, and out_image should have the same shape: ", c.input(0).ToString(),
                     " and ", c.input(i).ToString());
    }
  }
  return SameAsInput0(c);
}

absl::Status LrnGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Op("LRNGrad", {g.upstream(0), g.input(0), g.output(0)},
                  {{"depth_radius", g.attr<int64_t>("depth_radius")},
                   {"bias", g.attr<float>("bias")},
                   {"alpha", g.attr<float>("alpha")},
                   {"beta", g.attr<float>("beta")}});
  return g.status();
}

constexpr OpDef kRows[] = {
    {.name = "LRN",
     .doc = "input / (bias + alpha * sqr_sum) ** beta, sqr_sum over the channels at most depth_radius away.",
     .inputs = "input: T",
     .outputs = "output: T",
     .attrs = "depth_radius: int = 5, bias: float = 1, alpha: float = 1, beta: float = 0.5, "
              "T: {half, bfloat16, float} = float",
     .shape = &LrnShape,
     .gradient = &LrnGradient,
     .saves = Saves::kBoth},
    {.name = "LRNGrad",
     .doc = "The gradient of LRN; TensorFlow has none of its own.",
     .inputs = "input_grads: T, input_image: T, output_image: T",
     .outputs = "output: T",
     .attrs = "depth_radius: int = 5, bias: float = 1, alpha: float = 1, beta: float = 0.5, "
              "T: {half, bfloat16, float} = float",
     .shape = &LrnGradShape,
     .gradient = &NotDifferentiable},
};

}  // namespace

absl::Span<const OpDef> LrnOps() { return kRows; }

}  // namespace eager
