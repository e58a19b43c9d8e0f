#include "client/nn.h"

#include <cmath>

#include "client/core/call.h"

namespace eager::nn {
namespace {

using Where = std::source_location;

Tensor Run(absl::string_view op, std::initializer_list<Operand> operands, const NamedAttrs& attrs = {}) {
  return internal::Call1(internal::Op(op), absl::MakeConstSpan(operands.begin(), operands.size()), attrs,
                         operands.begin()->where());
}

// The operand's tensor, made once; its operations then name the caller's line.
Tensor Get(const Operand& x) { return x.tensor() != nullptr ? *x.tensor() : Run("Identity", {x}); }
Operand At(const Tensor& t, const Where& where) { return Operand(t, where); }
Operand At(double v, const Where& where) { return Operand(v, where); }

std::vector<int64_t> Spatial(const Pair& p, const std::string& data_format) {
  return data_format == "NCHW" ? std::vector<int64_t>{1, 1, p.rows, p.columns}
                               : std::vector<int64_t>{1, p.rows, p.columns, 1};
}

std::vector<int64_t> Explicit(const Padding& padding, const std::string& data_format) {
  std::vector<int64_t> p = padding.explicit_paddings;
  if (data_format == "NCHW" && p.size() == 8) p = {0, 0, 0, 0, p[2], p[3], p[4], p[5]};
  return p;
}

NamedAttrs ConvAttrs(const Pair& strides, const Padding& padding, const Conv2DOptions& options) {
  return {{"strides", Spatial(strides, options.data_format)},
          {"padding", padding.name},
          {"explicit_paddings", Explicit(padding, options.data_format)},
          {"data_format", options.data_format},
          {"dilations", Spatial(options.dilations, options.data_format)}};
}

NamedAttrs PoolAttrs(const Pair& ksize, const Pair& strides, const Padding& padding, const std::string& data_format) {
  NamedAttrs attrs = {{"ksize", Spatial(ksize, data_format)},
                      {"strides", Spatial(strides, data_format)},
                      {"padding", padding.name},
                      {"data_format", data_format}};
  if (!padding.explicit_paddings.empty()) attrs.push_back({"explicit_paddings", Explicit(padding, data_format)});
  return attrs;
}

// Moves `axis` to the end, or back from there; the last axis moves nowhere.
Tensor SwapWithLast(const Tensor& x, int64_t axis, const Where& where) {
  const int rank = x.rank(where);
  if (axis < -rank || axis >= rank) {
    throw Error(absl::InvalidArgumentError(absl::StrCat("axis must be in the range [", -rank, ", ", rank, "), got ", axis)),
                where);
  }
  const int64_t from = axis < 0 ? axis + rank : axis;
  if (from == rank - 1) return x;
  std::vector<int64_t> perm(static_cast<size_t>(rank));
  for (int i = 0; i < rank; ++i) perm[i] = i;
  std::swap(perm[from], perm.back());
  return Run("Transpose", {At(x, where), Operand(std::move(perm), where)});
}

Tensor OverAxis(absl::string_view op, const Operand& logits, int64_t axis) {
  if (axis == -1) return Run(op, {logits});
  const Where& where = logits.where();
  const Tensor moved = SwapWithLast(Get(logits), axis, where);
  return SwapWithLast(Run(op, {At(moved, where)}), axis, where);
}

// All rows of the last axis as a matrix, and the shape of the rest.
struct Rows {
  Tensor matrix;
  Shape outer;
};
Rows AsRows(const Tensor& x, const Where& where) {
  const Shape& shape = x.shape(where);
  if (shape.rank() == 0) {
    throw Error(absl::InvalidArgumentError("logits must have >= 1 dimension, got []"), where);
  }
  const Shape outer(Shape::Dims(shape.dims().begin(), shape.dims().end() - 1));
  if (shape.rank() == 2) return {x, outer};
  return {Run("Reshape", {At(x, where), Operand({outer.num_elements(), shape[shape.rank() - 1]}, where)}), outer};
}

bool IsHalf(DType d) { return d == DType::kFloat16 || d == DType::kBFloat16; }

// log(1 + exp(-|x|)), which never overflows.
Tensor LogOnePlusExp(const Tensor& x, const Where& where) {
  return Run("Log1p", {At(Run("Exp", {At(Run("Neg", {At(Run("Abs", {At(x, where)}), where)}), where)}), where)});
}

}  // namespace

Tensor conv2d(const Operand& input, const Operand& filters, Pair strides, const Padding& padding,
              const Conv2DOptions& options) {
  return Run("Conv2D", {input, filters}, ConvAttrs(strides, padding, options));
}

Tensor conv2d_transpose(const Operand& input, const Operand& filters, const Operand& output_shape, Pair strides,
                        const Padding& padding, const Conv2DOptions& options) {
  return Run("Conv2DBackpropInput", {output_shape, filters, input}, ConvAttrs(strides, padding, options));
}

Tensor depthwise_conv2d(const Operand& input, const Operand& filter, Pair strides, const Padding& padding,
                        const Conv2DOptions& options) {
  return Run("DepthwiseConv2dNative", {input, filter}, ConvAttrs(strides, padding, options));
}

Tensor separable_conv2d(const Operand& input, const Operand& depthwise_filter, const Operand& pointwise_filter,
                        Pair strides, const Padding& padding, const Conv2DOptions& options) {
  const Tensor depthwise = depthwise_conv2d(input, depthwise_filter, strides, padding, options);
  return conv2d(At(depthwise, input.where()), pointwise_filter, 1, "VALID", {.data_format = options.data_format});
}

Tensor bias_add(const Operand& value, const Operand& bias, const std::string& data_format) {
  return Run("BiasAdd", {value, bias}, {{"data_format", data_format}});
}

Tensor max_pool2d(const Operand& input, Pair ksize, Pair strides, const Padding& padding,
                  const std::string& data_format) {
  return Run("MaxPool", {input}, PoolAttrs(ksize, strides, padding, data_format));
}

Tensor avg_pool2d(const Operand& input, Pair ksize, Pair strides, const Padding& padding,
                  const std::string& data_format) {
  return Run("AvgPool", {input}, PoolAttrs(ksize, strides, padding, data_format));
}

Tensor relu(const Operand& features) { return Run("Relu", {features}); }
Tensor relu6(const Operand& features) { return Run("Relu6", {features}); }
Tensor elu(const Operand& features) { return Run("Elu", {features}); }
Tensor selu(const Operand& features) { return Run("Selu", {features}); }
Tensor softplus(const Operand& features) { return Run("Softplus", {features}); }
Tensor softsign(const Operand& features) { return Run("Softsign", {features}); }
Tensor crelu(const Operand& features, int64_t axis) {
  const Where& w = features.where();
  const Tensor x = Get(features);
  const Tensor positive = Run("Relu", {At(x, w)}), negative = Run("Relu", {At(Run("Neg", {At(x, w)}), w)});
  return concat({At(positive, w), At(negative, w)}, axis);
}

Tensor leaky_relu(const Operand& features, double alpha) {
  return Run("LeakyRelu", {features}, {{"alpha", static_cast<float>(alpha)}});
}

Tensor gelu(const Operand& features, bool approximate) {
  const Where& w = features.where();
  const Tensor x = Get(features);
  const Tensor half = At(x, w) * At(0.5, w);
  if (!approximate) {
    const Tensor share = Run("Erf", {At(At(x, w) * At(std::sqrt(0.5), w), w)});
    return At(half, w) * At(At(share, w) + At(1.0, w), w);
  }
  const Tensor cube = At(Run("Square", {At(x, w)}), w) * At(x, w);
  const Tensor inner = At(x, w) + At(At(cube, w) * At(0.044715, w), w);
  const Tensor share = Run("Tanh", {At(At(inner, w) * At(std::sqrt(2 / M_PI), w), w)});
  return At(half, w) * At(At(share, w) + At(1.0, w), w);
}

Tensor silu(const Operand& features, double beta) {
  const Where& w = features.where();
  const Tensor x = Get(features);
  const Tensor scaled = beta == 1 ? x : At(x, w) * At(beta, w);
  return At(x, w) * At(Run("Sigmoid", {At(scaled, w)}), w);
}
Tensor swish(const Operand& features, double beta) { return silu(features, beta); }

Tensor softmax(const Operand& logits, int64_t axis) { return OverAxis("Softmax", logits, axis); }
Tensor log_softmax(const Operand& logits, int64_t axis) { return OverAxis("LogSoftmax", logits, axis); }

Tensor sparse_softmax_cross_entropy_with_logits(const Operand& labels, const Operand& logits) {
  const Where& w = logits.where();
  const Rows rows = AsRows(Get(logits), w);
  const Tensor classes = Get(labels);
  if (classes.shape(w) != rows.outer) {
    throw Error(absl::InvalidArgumentError(
                    absl::StrCat("sparse_softmax_cross_entropy_with_logits: labels must have the shape of logits without "
                                 "the last axis, ", rows.outer.ToString(), ", got ", classes.shape(w).ToString())),
                w);
  }
  const Tensor flat = rows.outer.rank() == 1 ? classes : Run("Reshape", {At(classes, w), Operand({-1}, w)});
  const Operand operands[] = {At(rows.matrix, w), At(flat, w)};
  const Tensor loss = internal::Call(internal::Op("SparseSoftmaxCrossEntropyWithLogits"), operands, {}, w)[0];
  return rows.outer.rank() == 1 ? loss : Run("Reshape", {At(loss, w), Operand(rows.outer, w)});
}

Tensor softmax_cross_entropy_with_logits(const Operand& labels, const Operand& logits, int64_t axis) {
  const Where& w = logits.where();
  const Rows rows = AsRows(SwapWithLast(Get(logits), axis, w), w);
  const Rows wanted = AsRows(SwapWithLast(Get(labels), axis, w), w);
  const Operand operands[] = {At(rows.matrix, w), At(wanted.matrix, w)};
  const Tensor loss = internal::Call(internal::Op("SoftmaxCrossEntropyWithLogits"), operands, {}, w)[0];
  return rows.outer.rank() == 1 ? loss : Run("Reshape", {At(loss, w), Operand(rows.outer, w)});
}

// max(x, 0) - x * z + log(1 + exp(-|x|)): never overflows.
Tensor sigmoid_cross_entropy_with_logits(const Operand& labels, const Operand& logits) {
  const Where& w = logits.where();
  const Tensor x = Get(logits), z = Get(labels);
  if (x.shape(w) != z.shape(w)) {
    throw Error(absl::InvalidArgumentError(absl::StrCat("logits and labels must have the same shape, got ",
                                                        x.shape(w).ToString(), " and ", z.shape(w).ToString())),
                w);
  }
  const Tensor linear = At(Run("Relu", {At(x, w)}), w) - At(At(x, w) * At(z, w), w);
  return At(linear, w) + At(LogOnePlusExp(x, w), w);
}

// (1 - z) * x + (1 - z + q * z) * (log(1 + exp(-|x|)) + max(-x, 0))
Tensor weighted_cross_entropy_with_logits(const Operand& labels, const Operand& logits, const Operand& pos_weight) {
  const Where& w = logits.where();
  const Tensor x = Get(logits), z = Get(labels);
  const Tensor negative = At(1.0, w) - At(z, w);
  const Tensor weight = At(negative, w) + At(pos_weight * At(z, w), w);
  const Tensor softplus = At(LogOnePlusExp(x, w), w) + At(Run("Relu", {At(Run("Neg", {At(x, w)}), w)}), w);
  return At(At(negative, w) * At(x, w), w) + At(At(weight, w) * At(softplus, w), w);
}

Tensor l2_loss(const Operand& t) { return Run("L2Loss", {t}); }

Moments moments(const Operand& x, const std::vector<int64_t>& axes, bool keepdims) {
  const Where& w = x.where();
  const Tensor given = Get(x);
  const bool half = IsHalf(given.dtype());
  const Tensor y = half ? Run("Cast", {At(given, w)}, {{"DstT", DType::kFloat32}}) : given;
  const auto mean = [&](const Tensor& t, bool keep) {
    return Run("Mean", {At(t, w), Operand(axes, w)}, {{"keep_dims", keep}});
  };
  // The gradient of the variance by the mean is 0, so it need not flow there.
  const Tensor kept = mean(y, true);
  const Tensor distance = Run("SquaredDifference", {At(y, w), At(Run("StopGradient", {At(kept, w)}), w)});
  Moments m{keepdims ? kept : mean(y, false), mean(distance, keepdims)};
  if (!half) return m;
  const NamedAttrs back = {{"DstT", given.dtype()}};
  return {Run("Cast", {At(m.mean, w)}, back), Run("Cast", {At(m.variance, w)}, back)};
}

Tensor batch_normalization(const Operand& x, const Operand& mean, const Operand& variance,
                           const std::optional<Operand>& offset, const std::optional<Operand>& scale,
                           double variance_epsilon) {
  const Where& w = x.where();
  Tensor factor = Run("Rsqrt", {At(variance + At(variance_epsilon, w), w)});
  if (scale.has_value()) factor = At(factor, w) * *scale;
  const Tensor center = mean * At(factor, w);
  const Tensor shift = offset.has_value() ? *offset - At(center, w) : Run("Neg", {At(center, w)});
  return At(x * At(factor, w), w) + At(shift, w);
}

FusedBatchNorm fused_batch_norm(const Operand& x, const Operand& scale, const Operand& offset,
                                const std::optional<Operand>& mean, const std::optional<Operand>& variance,
                                const FusedBatchNormOptions& options) {
  const Where& w = x.where();
  const Tensor none = zeros(Shape{0}, DType::kFloat32, w);
  const Operand operands[] = {x, scale, offset, mean.value_or(At(none, w)), variance.value_or(At(none, w))};
  const internal::Tensors out = internal::Call(
      internal::Op("FusedBatchNormV3"), operands,
      {{"epsilon", static_cast<float>(options.epsilon)},
       {"exponential_avg_factor", static_cast<float>(options.exponential_avg_factor)},
       {"data_format", options.data_format},
       {"is_training", options.is_training}},
      w);
  return {out[0], out[1], out[2]};
}

Tensor l2_normalize(const Operand& x, const Axes& axis, double epsilon) {
  const Where& w = x.where();
  const Tensor y = Get(x);
  const Tensor sum = reduce_sum(At(Run("Square", {At(y, w)}), w), axis, /*keepdims=*/true);
  return At(y, w) * At(Run("Rsqrt", {At(Run("Maximum", {At(sum, w), At(epsilon, w)}), w)}), w);
}

Tensor dropout(const Operand& x, double rate, const std::optional<Shape>& noise_shape, std::optional<int64_t> seed) {
  const Where& w = x.where();
  if (!(rate >= 0 && rate < 1)) {
    throw Error(absl::InvalidArgumentError(absl::StrCat("dropout: rate must be in the range [0, 1), got ", rate)), w);
  }
  const Tensor y = Get(x);
  if (rate == 0) return y;
  const Shape shape = noise_shape.has_value() ? *noise_shape : y.shape(w);
  const Tensor noise = random::uniform(Operand(shape, w), 0, 1, {.dtype = y.dtype(), .seed = seed});
  const Tensor keep = Run("GreaterEqual", {At(noise, w), At(rate, w)});
  const Tensor scaled = At(y, w) * At(1 / (1 - rate), w);
  return Run("SelectV2", {At(keep, w), At(scaled, w), At(Run("ZerosLike", {At(scaled, w)}), w)});
}

TopK top_k(const Operand& input, const Operand& k, bool sorted) {
  const Operand operands[] = {input, k};
  const internal::Tensors out = internal::Call(internal::Op("TopKV2"), operands, {{"sorted", sorted}}, input.where());
  return {out[0], out[1]};
}

Tensor in_top_k(const Operand& targets, const Operand& predictions, const Operand& k) {
  return Run("InTopKV2", {predictions, targets, k});
}

}  // namespace eager::nn
