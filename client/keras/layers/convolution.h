// Convolutions over images, (batch, rows, columns, channels).
#pragma once

#include "client/keras/activations.h"
#include "client/keras/layer.h"
#include "client/keras/layers/window.h"

namespace eager::keras::layers {

struct Conv2DOptions {
  Pair strides = 1;
  std::string padding = "valid";  // or "same"
  Pair dilation_rate = 1;
  int64_t groups = 1;
  ActivationFn activation;
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  PartialShape input_shape;
  std::string name;
  bool trainable = true;
  DType dtype = DType::kFloat32;
};

// activation(conv(x, kernel) + bias). Weights "kernel" (rows, columns, channels / groups, filters), "bias" (filters).
class Conv2D : public Layer {
 public:
  // INVALID_ARGUMENT for numbers that are not positive, a padding that is not known, strides with a dilation, and
  // filters that the groups do not divide.
  Conv2D(int64_t filters, Pair kernel_size, const Conv2DOptions& options = {},
         std::source_location where = std::source_location::current());

  void build(const PartialShape& input_shape) override;
  Tensor call(const Tensor& images, bool training) override;
  std::optional<PartialShape> compute_output_shape(const PartialShape& input) const override;
  const Variable& kernel(std::source_location where = std::source_location::current()) const {
    return weight("kernel", where);
  }
  const Variable& bias(std::source_location where = std::source_location::current()) const {
    return weight("bias", where);
  }

 private:
  int64_t filters_;
  Conv2DOptions options_;
  Window window_;
  std::optional<Variable> kernel_, bias_;
};

struct DepthwiseConv2DOptions {
  Pair strides = 1;
  std::string padding = "valid";  // or "same"
  int64_t depth_multiplier = 1;
  Pair dilation_rate = 1;
  ActivationFn activation;
  bool use_bias = true;
  Initializer depthwise_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  PartialShape input_shape;
  std::string name;
  bool trainable = true;
  DType dtype = DType::kFloat32;
};

// Each channel convolved by itself, into depth_multiplier ones. Weights "depthwise_kernel" (rows, columns, channels,
// depth_multiplier), "bias" (channels * depth_multiplier).
class DepthwiseConv2D : public Layer {
 public:
  explicit DepthwiseConv2D(Pair kernel_size, const DepthwiseConv2DOptions& options = {},
                           std::source_location where = std::source_location::current());

  void build(const PartialShape& input_shape) override;
  Tensor call(const Tensor& images, bool training) override;
  std::optional<PartialShape> compute_output_shape(const PartialShape& input) const override;

 private:
  DepthwiseConv2DOptions options_;
  Window window_;
  std::optional<Variable> kernel_, bias_;
};

}  // namespace eager::keras::layers
