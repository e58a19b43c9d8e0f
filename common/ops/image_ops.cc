// Ops that resize images, by the nearest pixel or bilinearly, and their gradients.

#include <limits>

#include "common/ops/grad_context.h"
#include "common/ops/host_inputs.h"
#include "common/ops/op_table.h"
#include "common/status_macros.h"

namespace eager {
namespace {

constexpr int64_t kMaxExtent = std::numeric_limits<int32_t>::max();

absl::Status CheckModes(const ShapeContext& c) {
  if (c.attr<bool>("half_pixel_centers") && c.attr<bool>("align_corners")) {
    return Invalid("If half_pixel_centers is True, align_corners must be False.");
  }
  return absl::OkStatus();
}

// [height, width] in input 1.
absl::StatusOr<HostInts> ImageSize(const ShapeContext& c) {
  const Shape& size = c.input(1);
  if (size.rank() != 1) return Invalid("size: shape_t must be 1-dimensional", size.ToString());
  if (size[0] != 2) return Invalid("size: shape_t must have two elements", size.ToString());
  return c.ints(1);
}

absl::Status ResizeShape(ShapeContext& c) {
  RETURN_IF_ERROR(CheckModes(c));
  const Shape& in = c.input(0);
  if (in.rank() != 4) return Invalid("images: input must be 4-dimensional", in.ToString());
  ASSIGN_OR_RETURN(const HostInts size, ImageSize(c));
  if (in[1] > kMaxExtent || in[2] > kMaxExtent) return Invalid("images: input sizes must be between 0 and max int32");
  if (size[0] <= 0 || size[1] <= 0) return Invalid("size: output dimensions must be positive");
  if (in[3] <= 0) return Invalid("images: image must have at least one channel");
  if (in[1] <= 0 || in[2] <= 0) return Invalid("images: input image must be of non-zero size");
  ASSIGN_OR_RETURN(Shape out, Shape::Make({in[0], size[0], size[1], in[3]}));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status BilinearGradShape(ShapeContext& c) {
  RETURN_IF_ERROR(CheckModes(c));
  const Shape &grads = c.input(0), &image = c.input(1);
  if (grads.rank() != 4) return Invalid("grads: input_grad must be 4-dimensional, got ", grads.ToString());
  if (image.rank() != 4) return Invalid("original_image must be 4-dimensional, got ", image.ToString());
  if (grads[1] <= 0 || grads[2] <= 0) return Invalid("grads: resized dimensions must be positive, got ", grads.ToString());
  for (int axis = 1; axis <= 2; ++axis) {
    if (image[axis] > kMaxExtent) return Invalid("original_image: original sizes must be between 0 and max int32");
  }
  ASSIGN_OR_RETURN(Shape out, Shape::Make({grads[0], image[1], image[2], grads[3]}));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status NearestGradShape(ShapeContext& c) {
  RETURN_IF_ERROR(CheckModes(c));
  const Shape& grads = c.input(0);
  if (grads.rank() != 4) return Invalid("grads: input must be 4-dimensional, got ", grads.ToString());
  ASSIGN_OR_RETURN(const HostInts size, ImageSize(c));
  if (size[0] <= 0 || size[1] <= 0) return Invalid("size: shape_t's elements must be positive");
  ASSIGN_OR_RETURN(Shape out, Shape::Make({grads[0], size[0], size[1], grads[3]}));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

NamedAttrs Modes(GradContext& g) {
  return {{"align_corners", g.attr<bool>("align_corners")}, {"half_pixel_centers", g.attr<bool>("half_pixel_centers")}};
}

// The height and width of input 0.
Node SizeOfInput(GradContext& g) { return g.Ints(g.shape(g.input(0)).dims().subspan(1, 2)); }

absl::Status BilinearGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Op("ResizeBilinearGrad", {g.upstream(0), g.input(0)}, Modes(g));
  return g.status();
}
absl::Status BilinearGradGradient(GradContext& g, Grads& grads) {
  if (g.needs(0)) grads[0] = g.Op("ResizeBilinear", {g.upstream(0), SizeOfInput(g)}, Modes(g));
  return g.status();
}
absl::Status NearestGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Op("ResizeNearestNeighborGrad", {g.upstream(0), SizeOfInput(g)}, Modes(g));
  return g.status();
}
absl::Status NearestGradGradient(GradContext& g, Grads& grads) {
  grads[0] = g.Op("ResizeNearestNeighbor", {g.upstream(0), SizeOfInput(g)}, Modes(g));
  return g.status();
}

constexpr char kResizeAttrs[] =
    "T: {int8, uint8, int16, uint16, int32, int64, half, float, double, bfloat16}, align_corners: bool = false, "
    "half_pixel_centers: bool = false";

constexpr OpDef kRows[] = {
    {.name = "ResizeBilinear",
     .doc = "Images of another size, each pixel a weighted mean of the four around its place; always float32.",
     .inputs = "images: T, size: host int32",
     .outputs = "resized_images: float",
     .attrs = kResizeAttrs,
     .shape = &ResizeShape,
     .gradient = &BilinearGradient,
     .saves = Saves::kInputs,
     .no_gradient_inputs = 1u << 1},
    {.name = "ResizeBilinearGrad",
     .doc = "The gradient of ResizeBilinear: shares each pixel's gradient among the four that it was made of.",
     .inputs = "grads: float, original_image: T",
     .outputs = "output: T",
     .attrs = "T: {float, bfloat16, half, double}, align_corners: bool = false, half_pixel_centers: bool = false",
     .shape = &BilinearGradShape,
     .gradient = &BilinearGradGradient,
     .no_gradient_inputs = 1u << 1},
    {.name = "ResizeNearestNeighbor",
     .doc = "Images of another size, each pixel a copy of the one nearest to its place.",
     .inputs = "images: T, size: host int32",
     .outputs = "resized_images: T",
     .attrs = kResizeAttrs,
     .shape = &ResizeShape,
     .gradient = &NearestGradient},
    {.name = "ResizeNearestNeighborGrad",
     .doc = "The gradient of ResizeNearestNeighbor: adds each pixel's gradient to the pixel that it copied.",
     .inputs = "grads: T, size: host int32",
     .outputs = "output: T",
     .attrs = "T: {uint8, int8, int32, half, float, double, bfloat16}, align_corners: bool = false, "
              "half_pixel_centers: bool = false",
     .shape = &NearestGradShape,
     .gradient = &NearestGradGradient},
};

}  // namespace

absl::Span<const OpDef> ImageOps() { return kRows; }

}  // namespace eager
