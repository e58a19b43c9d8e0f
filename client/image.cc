#include "client/image.h"

#include <algorithm>
#include <cmath>

#include "client/core/compose.h"

namespace eager::image {

using internal::Refuse;
using internal::Term;

namespace {

// The largest size of the images' own form that fits into `box`; halves are rounded to even.
ImageSize Fitting(ImageSize box, double height, double width) {
  const double scale = std::min(static_cast<double>(box.height) / height, static_cast<double>(box.width) / width);
  return {std::llrint(scale * height), std::llrint(scale * width)};
}

}  // namespace

Tensor resize(const Operand& images, ImageSize size, const ResizeOptions& options) {
  const Term given(images);
  const Shape shape = given.shape();
  if (shape.rank() != 3 && shape.rank() != 4) {
    Refuse(absl::StrCat("image::resize: images must have 3 or 4 axes, got shape ", shape.ToString()), given.where());
  }
  if (size.height <= 0 || size.width <= 0) {
    Refuse(absl::StrCat("image::resize: size must be positive, got ", size.height, " x ", size.width), given.where());
  }
  const bool batch = shape.rank() == 4;
  const int64_t height = shape[batch], width = shape[batch + 1], channels = shape[batch + 2];
  if (options.preserve_aspect_ratio && height > 0 && width > 0) {
    size = Fitting(size, static_cast<double>(height), static_cast<double>(width));
  }
  const bool bilinear = options.method == ResizeMethod::kBilinear;
  if (size.height == height && size.width == width) {
    return bilinear ? given.Cast(DType::kFloat32).tensor() : given.tensor();
  }
  const Term stack = batch ? given : given.Reshape({1, height, width, channels});
  const std::vector<int64_t> extents = {size.height, size.width};
  const Term resized =
      stack.To(bilinear ? "ResizeBilinear" : "ResizeNearestNeighbor", extents, {{"half_pixel_centers", true}});
  return (batch ? resized : resized.Reshape({size.height, size.width, channels})).tensor();
}

}  // namespace eager::image

namespace eager::nn {

Tensor space_to_depth(const Operand& input, int64_t block_size) {
  return internal::Run("SpaceToDepth", {input}, {{"block_size", block_size}});
}

Tensor depth_to_space(const Operand& input, int64_t block_size) {
  return internal::Run("DepthToSpace", {input}, {{"block_size", block_size}});
}

Tensor local_response_normalization(const Operand& input, const LrnOptions& options) {
  return internal::Run("LRN", {input},
                       {{"depth_radius", options.depth_radius}, {"bias", static_cast<float>(options.bias)},
                        {"alpha", static_cast<float>(options.alpha)}, {"beta", static_cast<float>(options.beta)}});
}

}  // namespace eager::nn
