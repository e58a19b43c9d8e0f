#include "client/keras/layers/core.h"

#include "absl/strings/str_cat.h"
#include "client/math.h"
#include "client/ops.h"

namespace eager::keras::layers {
namespace {

using Where = std::source_location;

[[noreturn]] void Refuse(Where where, absl::string_view what) { throw Error(absl::InvalidArgumentError(what), where); }

}  // namespace

Dense::Dense(int64_t units, const DenseOptions& options, Where where)
    : Layer("dense", {options.name, options.trainable, options.dtype, options.input_shape}, where),
      units_(units),
      options_(options) {
  if (units <= 0) Refuse(where, absl::StrCat("Dense: expected a positive number of units, got ", units));
  set_input_spec({.min_ndim = 2});
}

void Dense::build(const PartialShape& input_shape) {
  const int64_t last = input_shape[-1];
  if (last == None) {
    Refuse(call_site(),
           absl::StrCat("layer \"", name(), "\": the last dimension of the inputs to a Dense layer should be defined, ",
                        "found None in ", input_shape.ToString()));
  }
  kernel_ = add_weight("kernel", {last, units_}, options_.kernel_initializer);
  if (options_.use_bias) bias_ = add_weight("bias", {units_}, options_.bias_initializer);
  add_checkpoint_alias("kernel", "_kernel");
  set_input_spec({.min_ndim = 2, .axes = {{-1, last}}});
}

Tensor Dense::call(const Tensor& x, bool training) {
  const Where where = call_site();
  Tensor y;
  if (x.rank(where) == 2) {
    y = raw_ops::MatMul(Operand(x, where), *kernel_);
  } else {
    // One matrix of all rows, as TensorFlow's tensordot makes it.
    Shape shape = x.shape(where);
    const Tensor rows = reshape(Operand(x, where), {-1, shape[shape.rank() - 1]});
    shape.set_dim(shape.rank() - 1, units_);
    y = reshape(Operand(raw_ops::MatMul(Operand(rows, where), *kernel_), where), shape);
  }
  if (bias_.has_value()) y = raw_ops::BiasAdd(Operand(y, where), *bias_);
  return options_.activation ? options_.activation(Operand(y, where)) : y;
}

std::optional<PartialShape> Dense::compute_output_shape(const PartialShape& input) const {
  PartialShape output = input;
  output.set(-1, units_);
  return output;
}

Embedding::Embedding(int64_t input_dim, int64_t output_dim, const EmbeddingOptions& options, Where where)
    : Layer("embedding", {options.name, options.trainable, options.dtype, options.input_shape}, where),
      input_dim_(input_dim),
      output_dim_(output_dim),
      options_(options) {
  if (input_dim <= 0 || output_dim <= 0) {
    Refuse(where,
           absl::StrCat("Embedding: expected positive input_dim and output_dim, got ", input_dim, " and ", output_dim));
  }
}

void Embedding::build(const PartialShape&) {
  embeddings_ = add_weight("embeddings", {input_dim_, output_dim_}, options_.embeddings_initializer);
  add_checkpoint_alias("embeddings", "_embeddings");
}

Tensor Embedding::call(const Tensor& indices, bool training) {
  const Where where = call_site();
  const bool integers = indices.dtype() == DType::kInt32 || indices.dtype() == DType::kInt64;
  const Tensor rows = integers ? indices : cast(Operand(indices, where), DType::kInt32);
  return raw_ops::GatherV2(Operand(*embeddings_, where), rows, 0);
}

std::optional<PartialShape> Embedding::compute_output_shape(const PartialShape& input) const {
  std::vector<int64_t> dims = input.dims();
  dims.push_back(output_dim_);
  return PartialShape(std::move(dims));
}

Activation::Activation(ActivationFn activation, const PlainOptions& options, Where where)
    : Elementwise("activation", {options.name, options.trainable, options.dtype, options.input_shape}, where),
      activation_(std::move(activation)) {}

Tensor Activation::call(const Tensor& x, bool training) { return activation_(Operand(x, call_site())); }

ReLU::ReLU(const ReLUOptions& options, Where where)
    : Elementwise("re_lu", {options.name, true, options.dtype, options.input_shape}, where),
      relu_{options.negative_slope, options.max_value, options.threshold} {
  const auto check = [where](absl::string_view what, double value) {
    if (!(value >= 0)) Refuse(where, absl::StrCat("ReLU: ", what, " cannot be negative, got ", value));
  };
  check("max_value", options.max_value.value_or(0));
  check("negative_slope", options.negative_slope);
  check("threshold", options.threshold);
}

Tensor ReLU::call(const Tensor& x, bool training) { return activations::relu(Operand(x, call_site()), relu_); }

Softmax::Softmax(const SoftmaxOptions& options, Where where)
    : Elementwise("softmax", {options.name, true, options.dtype, options.input_shape}, where), axis_(options.axis) {}

Tensor Softmax::call(const Tensor& x, bool training) { return activations::softmax(Operand(x, call_site()), axis_); }

InputLayer::InputLayer(PartialShape input_shape, Where where)
    : Elementwise("input", {"", true, DType::kFloat32, std::move(input_shape)}, where) {
  if (!this->input_shape().given()) Refuse(where, "InputLayer: expected the shape of an example, got none");
}

}  // namespace eager::keras::layers
