// Images under TensorFlow's names: tf.image's resizing in C++, and the ops that trade rows and columns for channels.
//
// Images are [height, width, channels] or a batch of them, [batch, height, width, channels], of any number dtype. No
// call waits; each throws Error at the caller's line for what inference refuses. Gradients flow through all of them.
#pragma once

#include <cstdint>

#include "client/math.h"

namespace eager::image {

// How a pixel of the result comes from the four around its place, or from the nearest one.
enum class ResizeMethod { kBilinear, kNearestNeighbor };

struct ImageSize {
  int64_t height = 0, width = 0;
};

struct ResizeOptions {
  ResizeMethod method = ResizeMethod::kBilinear;
  bool preserve_aspect_ratio = false;  // the size is what the result must fit into
};

// Images of another size, sampled at the centers of pixels, without antialiasing, as tf.image.resize does it. Bilinear
// gives float32 and the nearest neighbour the images' dtype. INVALID_ARGUMENT for images of another rank and for sizes
// that are not positive.
Tensor resize(const Operand& images, ImageSize size, const ResizeOptions& options = {});

}  // namespace eager::image

namespace eager::nn {

// [n, h, w, c] becomes [n, h / block, w / block, block * block * c]: each block of pixels one pixel. Any dtype.
Tensor space_to_depth(const Operand& input, int64_t block_size);
// The inverse.
Tensor depth_to_space(const Operand& input, int64_t block_size);
// x / (bias + alpha * sum of squares of the 2 * depth_radius + 1 channels around) ^ beta; [n, h, w, c] of float16 or
// float32. (Krizhevsky et al., "ImageNet classification with deep convolutional neural networks", 2012, section 3.3)
struct LrnOptions {
  int64_t depth_radius = 5;
  double bias = 1, alpha = 1, beta = 0.5;
};
Tensor local_response_normalization(const Operand& input, const LrnOptions& options = {});
inline Tensor lrn(const Operand& input, const LrnOptions& options = {}) {
  return local_response_normalization(input, options);
}

}  // namespace eager::nn
