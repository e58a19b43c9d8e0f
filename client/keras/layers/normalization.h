// Layers that shift and scale values to mean 0 and variance 1.
#pragma once

#include "client/keras/layers/core.h"

namespace eager::keras::layers {

struct BatchNormalizationOptions {
  int64_t axis = -1;
  double momentum = 0.99;
  double epsilon = 1e-3;
  bool center = true;  // adds beta
  bool scale = true;   // multiplies by gamma
  Initializer beta_initializer = "zeros";
  Initializer gamma_initializer = "ones";
  Initializer moving_mean_initializer = "zeros";
  Initializer moving_variance_initializer = "ones";
  PartialShape input_shape;
  std::string name;
  bool trainable = true;
  DType dtype = DType::kFloat32;
};

// (x - mean) / sqrt(variance + epsilon) * gamma + beta for each channel along `axis`. In training over the batch, whose
// mean and variance move the moving averages (average = momentum * average + (1 - momentum) * batch's; of images, the
// unbiased variance, as in TensorFlow); otherwise, and where the layer is not trainable, with the moving averages.
// Weights "gamma", "beta", and not trainable "moving_mean", "moving_variance", each (channels).
class BatchNormalization : public Elementwise {
 public:
  explicit BatchNormalization(const BatchNormalizationOptions& options = {},
                              std::source_location where = std::source_location::current());

  void build(const PartialShape& input_shape) override;
  Tensor call(const Tensor& x, bool training) override;

 protected:
  bool makes_weights() const override { return true; }

 private:
  Tensor CallFused(const Tensor& images, bool training);
  Tensor CallPlain(const Tensor& x, bool training);

  BatchNormalizationOptions options_;
  int axis_ = 0;
  std::optional<Variable> gamma_, beta_, moving_mean_, moving_variance_;
  std::optional<Tensor> ones_, zeros_;  // for the fused op, where there is no gamma or beta
};

struct LayerNormalizationOptions {
  std::vector<int64_t> axis = {-1};
  double epsilon = 1e-3;
  bool center = true;  // adds beta
  bool scale = true;   // multiplies by gamma
  Initializer beta_initializer = "zeros";
  Initializer gamma_initializer = "ones";
  PartialShape input_shape;
  std::string name;
  bool trainable = true;
  DType dtype = DType::kFloat32;
};

// (x - mean) / sqrt(variance + epsilon) * gamma + beta, mean and variance over `axis` of each example. Weights "gamma"
// and "beta" have the extents of those axes.
class LayerNormalization : public Elementwise {
 public:
  explicit LayerNormalization(const LayerNormalizationOptions& options = {},
                              std::source_location where = std::source_location::current());

  void build(const PartialShape& input_shape) override;
  Tensor call(const Tensor& x, bool training) override;

 protected:
  bool makes_weights() const override { return true; }

 private:
  LayerNormalizationOptions options_;
  std::vector<int64_t> axes_;
  Shape broadcast_;  // of the weights beside an input; scalar: as they are
  std::optional<Variable> gamma_, beta_;
};

}  // namespace eager::keras::layers
