// The plain layers: Dense, Embedding, Activation and its kin, InputLayer.
#pragma once

#include "client/keras/activations.h"
#include "client/keras/layer.h"

namespace eager::keras::layers {

struct DenseOptions {
  ActivationFn activation;
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  PartialShape input_shape;
  std::string name;
  bool trainable = true;
  DType dtype = DType::kFloat32;
};

// activation(x kernel + bias) along the last axis: (…, n) -> (…, units). Weights "kernel" (n, units), "bias" (units).
class Dense : public Layer {
 public:
  // INVALID_ARGUMENT unless units > 0.
  explicit Dense(int64_t units, const DenseOptions& options = {},
                 std::source_location where = std::source_location::current());

  void build(const PartialShape& input_shape) override;
  Tensor call(const Tensor& x, bool training) override;
  std::optional<PartialShape> compute_output_shape(const PartialShape& input) const override;
  const Variable& kernel(std::source_location where = std::source_location::current()) const {
    return weight("kernel", where);
  }
  const Variable& bias(std::source_location where = std::source_location::current()) const {
    return weight("bias", where);
  }

 private:
  int64_t units_;
  DenseOptions options_;
  std::optional<Variable> kernel_, bias_;
};

struct EmbeddingOptions {
  Initializer embeddings_initializer = "uniform";
  PartialShape input_shape;
  std::string name;
  bool trainable = true;
  DType dtype = DType::kFloat32;
};

// Row i of its table for each integer i: (…) -> (…, output_dim). Weight "embeddings" (input_dim, output_dim).
class Embedding : public Layer {
 public:
  // INVALID_ARGUMENT unless both are positive.
  Embedding(int64_t input_dim, int64_t output_dim, const EmbeddingOptions& options = {},
            std::source_location where = std::source_location::current());

  void build(const PartialShape& input_shape) override;
  // Floating indices are cut to int32. INVALID_ARGUMENT at the read for an index outside of the table.
  Tensor call(const Tensor& indices, bool training) override;
  std::optional<PartialShape> compute_output_shape(const PartialShape& input) const override;

 private:
  int64_t input_dim_, output_dim_;
  EmbeddingOptions options_;
  std::optional<Variable> embeddings_;
};

// What names a layer without weights: the options that all layers have.
struct PlainOptions {
  PartialShape input_shape;
  std::string name;
  bool trainable = true;
  DType dtype = DType::kFloat32;
};

// A layer without weights whose result has the shape of its input.
class Elementwise : public Layer {
 public:
  std::optional<PartialShape> compute_output_shape(const PartialShape& input) const override { return input; }

 protected:
  using Layer::Layer;
  bool makes_weights() const override { return false; }
};

// An activation as a layer of its own.
class Activation : public Elementwise {
 public:
  explicit Activation(ActivationFn activation, const PlainOptions& options = {},
                      std::source_location where = std::source_location::current());
  Tensor call(const Tensor& x, bool training) override;

 private:
  ActivationFn activation_;
};

struct ReLUOptions {
  std::optional<double> max_value;
  double negative_slope = 0;
  double threshold = 0;
  PartialShape input_shape;
  std::string name;
  DType dtype = DType::kFloat32;
};

// activations::relu as a layer.
class ReLU : public Elementwise {
 public:
  // INVALID_ARGUMENT for a negative option.
  explicit ReLU(const ReLUOptions& options = {}, std::source_location where = std::source_location::current());
  Tensor call(const Tensor& x, bool training) override;

 private:
  activations::ReluOptions relu_;
};

struct SoftmaxOptions {
  int64_t axis = -1;
  PartialShape input_shape;
  std::string name;
  DType dtype = DType::kFloat32;
};

// activations::softmax as a layer.
class Softmax : public Elementwise {
 public:
  explicit Softmax(const SoftmaxOptions& options = {}, std::source_location where = std::source_location::current());
  Tensor call(const Tensor& x, bool training) override;

 private:
  int64_t axis_;
};

// The first thing in a Sequential that knows its input's shape, that of one example. No layer of the model.
class InputLayer : public Elementwise {
 public:
  explicit InputLayer(PartialShape input_shape, std::source_location where = std::source_location::current());
  Tensor call(const Tensor& x, bool training) override { return x; }
};

}  // namespace eager::keras::layers
