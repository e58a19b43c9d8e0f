// nn.h: functions over one axis, tables, and losses and moments that are composed of others.
#include <cmath>

#include "client/clip.h"
#include "client/core/compose.h"
#include "client/gather.h"
#include "client/nn.h"

namespace eager::nn {
namespace {

using internal::Run;
using internal::Term;
using internal::Where;

// (batch, width, channels) as images of one row, and back.
Term AsImages(const Operand& x) { return {expand_dims(x, 1), x.where()}; }
Tensor FromImages(const Tensor& images, const Where& where) { return squeeze(Operand(images, where), 1); }

}  // namespace

Tensor conv1d(const Operand& input, const Operand& filters, int64_t stride, const std::string& padding, int64_t dilations) {
  const Term images = AsImages(input), kernel(expand_dims(filters, 0), filters.where());
  return FromImages(conv2d(images, kernel, {1, stride}, padding, {.dilations = {1, dilations}}), input.where());
}

Tensor max_pool1d(const Operand& input, int64_t ksize, int64_t strides, const std::string& padding) {
  return FromImages(max_pool2d(AsImages(input), {1, ksize}, {1, strides}, padding), input.where());
}

Tensor avg_pool1d(const Operand& input, int64_t ksize, int64_t strides, const std::string& padding) {
  return FromImages(avg_pool2d(AsImages(input), {1, ksize}, {1, strides}, padding), input.where());
}

Tensor embedding_lookup(const Operand& params, const Operand& ids, std::optional<double> max_norm) {
  const Term rows(gather(params, ids), params.where());
  if (!max_norm.has_value()) return rows;
  // The norm of a row is over the axes that ids do not have.
  std::vector<int64_t> axes;
  for (int axis = internal::RankOf(ids); axis < rows.rank(); ++axis) axes.push_back(axis);
  return clip_by_norm(rows, Operand(*max_norm, params.where()), axes);
}

Tensor log_poisson_loss(const Operand& targets, const Operand& log_input, bool compute_full_loss) {
  const Term z = targets, c = log_input;
  if (z.shape() != c.shape()) {
    internal::Refuse(absl::StrCat("log_poisson_loss: targets and log_input must have the same shape, got ", z.shape().ToString(),
                                  " and ", c.shape().ToString()),
                     log_input.where());
  }
  const Term loss = c.To("Exp") - c * z;
  if (!compute_full_loss) return loss;
  // z * log(z) - z + log(2 * pi * z) / 2, which is not for small z; their gradient must not come from it either.
  const Where& where = targets.where();
  const Term large = z.To("Greater", Operand(1, where));
  const Term safe = Select(large, z, z.To("OnesLike"));
  const Term stirling = safe * safe.To("Log") - safe + (safe * (2 * M_PI)).To("Log") * 0.5;
  return loss + Select(large, stirling, z.To("ZerosLike"));
}

Moments weighted_moments(const Operand& x, const std::vector<int64_t>& axes, const Operand& frequency_weights, bool keepdims) {
  const Term given = x;
  const bool half = given.dtype() == DType::kFloat16 || given.dtype() == DType::kBFloat16;
  const Term value = half ? given.Cast(DType::kFloat32) : given;
  // Weights as numbers of the host take x's dtype.
  const Term ones = value.To("OnesLike");
  const Term weights = frequency_weights.kind() == Operand::Kind::kTensor ? Term(frequency_weights).Cast(value.dtype()) * ones
                                                                          : ones.To("Mul", frequency_weights);
  const auto sum = [&](const Term& t, bool keep) { return Term(reduce_sum(t, axes, keep), x.where()); };
  const Term mean = sum(weights * value, true).To("RealDiv", sum(weights, true));
  const Term distance = value.To("SquaredDifference", mean);
  const Term variance = sum(weights * distance, keepdims).To("RealDiv", sum(weights, keepdims));
  const Term reduced = keepdims ? mean : Term(squeeze(mean, axes), x.where());
  return {reduced.Cast(given.dtype()), variance.Cast(given.dtype())};
}

}  // namespace eager::nn
