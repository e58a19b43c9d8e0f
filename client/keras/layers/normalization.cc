#include "client/keras/layers/normalization.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/core/tape_state.h"
#include "client/math.h"
#include "client/op.h"
#include "client/ops.h"

namespace eager::keras::layers {
namespace {

using Where = std::source_location;

// An axis of the input, counted from its start, with a known extent.
int FindAxis(const std::string& layer, const PartialShape& shape, int64_t axis, Where where) {
  const int64_t found = axis < 0 ? axis + shape.rank() : axis;
  if (found < 0 || found >= shape.rank()) {
    throw Error(absl::InvalidArgumentError(absl::StrCat("layer \"", layer, "\": expected an axis of the input's ",
                                                        shape.rank(), ", got ", axis)),
                where);
  }
  if (shape[static_cast<int>(found)] == None) {
    throw Error(absl::InvalidArgumentError(absl::StrCat("layer \"", layer, "\": axis ", axis,
                                                        " of the input should be defined, found ", "None in ",
                                                        shape.ToString())),
                where);
  }
  return static_cast<int>(found);
}

struct Moments {
  Tensor mean, variance;
};
// tf.nn.moments: the variance does not pass a gradient on to the mean, which would be 0.
Moments MomentsOf(const Tensor& x, const std::vector<int64_t>& axes, bool keepdims, Where where) {
  Tensor mean = reduce_mean(Operand(x, where), axes, true);
  const Tensor deviations = raw_ops::SquaredDifference(Operand(x, where), stop_gradient(Operand(mean, where)));
  Tensor variance = reduce_mean(Operand(deviations, where), axes, keepdims);
  if (!keepdims) mean = squeeze(Operand(mean, where), axes);
  return {std::move(mean), std::move(variance)};
}

// tf.nn.batch_normalization: x * s + (offset - mean * s) with s = scale / sqrt(variance + epsilon).
Tensor Normalize(const Tensor& x, const Moments& moments, const std::optional<Tensor>& offset,
                 const std::optional<Tensor>& scale, double epsilon, Where where) {
  Tensor s = raw_ops::Rsqrt(Operand(Operand(moments.variance, where) + epsilon, where));
  if (scale.has_value()) s = Operand(s, where) * *scale;
  const Tensor shift = Operand(moments.mean, where) * s;
  const Tensor scaled = Operand(x, where) * s;
  return Operand(scaled, where) + (offset.has_value() ? Operand(*offset, where) - shift : -Operand(shift, where));
}

// Weights as tensors of `shape`, which puts them beside an input; a scalar's shape: as they are.
std::optional<Tensor> Beside(const std::optional<Variable>& weight, const Shape& shape, Where where) {
  if (!weight.has_value()) return std::nullopt;
  return shape.is_scalar() ? weight->read_value(where) : reshape(Operand(*weight, where), Operand(shape, where));
}

}  // namespace

BatchNormalization::BatchNormalization(const BatchNormalizationOptions& options, Where where)
    : Elementwise("batch_normalization", {options.name, options.trainable, options.dtype, options.input_shape}, where),
      options_(options) {
  set_input_spec({.min_ndim = 2});
}

void BatchNormalization::build(const PartialShape& input_shape) {
  axis_ = FindAxis(name(), input_shape, options_.axis, call_site());
  const int64_t channels = input_shape[axis_];
  if (options_.scale) gamma_ = add_weight("gamma", {channels}, options_.gamma_initializer);
  if (options_.center) beta_ = add_weight("beta", {channels}, options_.beta_initializer);
  moving_mean_ = add_weight("moving_mean", {channels}, options_.moving_mean_initializer, /*trainable=*/false);
  moving_variance_ =
      add_weight("moving_variance", {channels}, options_.moving_variance_initializer, /*trainable=*/false);
  if (!options_.scale) ones_ = ones({channels}, dtype(), call_site());
  if (!options_.center) zeros_ = zeros({channels}, dtype(), call_site());
  set_input_spec({.ndim = input_shape.rank(), .axes = {{axis_, channels}}});
}

Tensor BatchNormalization::call(const Tensor& x, bool training) {
  // A frozen layer stays as it is, also while the others are trained.
  const bool batch = training && trainable();
  return x.rank(call_site()) == 4 && axis_ == 3 ? CallFused(x, batch) : CallPlain(x, batch);
}

Tensor BatchNormalization::CallFused(const Tensor& images, bool training) {
  const Where where = call_site();
  const Tensor scale = gamma_.has_value() ? gamma_->read_value(where) : *ones_;
  const Tensor offset = beta_.has_value() ? beta_->read_value(where) : *zeros_;
  // The op blends the batch's moments into the averages that it is given.
  const std::vector<Tensor> out =
      op("FusedBatchNormV3",
         {Operand(images, where), scale, offset, moving_mean_->read_value(where), moving_variance_->read_value(where)},
         {{"epsilon", static_cast<float>(options_.epsilon)},
          {"exponential_avg_factor", training ? static_cast<float>(1 - options_.momentum) : 1.0f},
          {"is_training", training}},
         where);
  if (training) {
    moving_mean_->assign(Operand(out[1], where));
    moving_variance_->assign(Operand(out[2], where));
  }
  return out[0];
}

Tensor BatchNormalization::CallPlain(const Tensor& x, bool training) {
  const Where where = call_site();
  const int rank = x.rank(where);
  std::vector<int64_t> others;
  Shape broadcast;  // stays a scalar's where weights along the last axis fit as they are
  for (int axis = 0; axis < rank; ++axis) {
    if (axis != axis_) others.push_back(axis);
    if (axis_ != rank - 1) broadcast.push_back(axis == axis_ ? x.shape(where)[axis] : 1);
  }
  Moments moments;
  if (training) {
    moments = MomentsOf(x, others, /*keepdims=*/axis_ != rank - 1, where);
    const eager::internal::NoTapes quiet;
    const auto move = [&](Variable& average, const Tensor& now) {
      const Tensor flat = axis_ == rank - 1 ? now : reshape(Operand(now, where), {-1});
      const Tensor gap = Operand(average, where) - flat;
      average.assign_sub(Operand(Operand(gap, where) * (1 - options_.momentum), where));
    };
    move(*moving_mean_, moments.mean);
    move(*moving_variance_, moments.variance);
  } else {
    moments = {*Beside(moving_mean_, broadcast, where), *Beside(moving_variance_, broadcast, where)};
  }
  return Normalize(x, moments, Beside(beta_, broadcast, where), Beside(gamma_, broadcast, where), options_.epsilon,
                   where);
}

LayerNormalization::LayerNormalization(const LayerNormalizationOptions& options, Where where)
    : Elementwise("layer_normalization", {options.name, options.trainable, options.dtype, options.input_shape}, where),
      options_(options) {
  if (options.axis.empty())
    throw Error(absl::InvalidArgumentError("LayerNormalization: expected at least one axis"), where);
}

void LayerNormalization::build(const PartialShape& input_shape) {
  const int rank = input_shape.rank();
  axes_.clear();
  for (const int64_t axis : options_.axis) axes_.push_back(FindAxis(name(), input_shape, axis, call_site()));
  std::sort(axes_.begin(), axes_.end());
  if (std::adjacent_find(axes_.begin(), axes_.end()) != axes_.end()) {
    throw Error(absl::InvalidArgumentError(absl::StrCat("layer \"", name(), "\": an axis is named twice")),
                call_site());
  }
  Shape weight, beside;
  for (int axis = 0; axis < rank; ++axis) {
    const bool normalized = std::find(axes_.begin(), axes_.end(), axis) != axes_.end();
    if (normalized) weight.push_back(input_shape[axis]);
    beside.push_back(normalized ? input_shape[axis] : 1);
  }
  // Trailing axes broadcast by themselves.
  broadcast_ = axes_.front() == rank - static_cast<int>(axes_.size()) ? Shape() : beside;
  if (options_.scale) gamma_ = add_weight("gamma", weight, options_.gamma_initializer);
  if (options_.center) beta_ = add_weight("beta", weight, options_.beta_initializer);
  InputSpec spec{.ndim = rank};
  for (const int64_t axis : axes_) spec.axes[static_cast<int>(axis)] = input_shape[static_cast<int>(axis)];
  set_input_spec(std::move(spec));
}

Tensor LayerNormalization::call(const Tensor& x, bool training) {
  const Where where = call_site();
  const Moments moments = MomentsOf(x, axes_, /*keepdims=*/true, where);
  return Normalize(x, moments, Beside(beta_, broadcast_, where), Beside(gamma_, broadcast_, where), options_.epsilon,
                   where);
}

}  // namespace eager::keras::layers
