// Loss itself: ranks, weights and reductions.
#include "absl/strings/str_cat.h"
#include "client/keras/losses.h"
#include "client/keras/ranks.h"
#include "client/math.h"
#include "client/ops.h"

namespace eager::keras::losses {
namespace {

using internal::MeanOfAll;
using internal::SumOfAll;

Tensor Weighted(Tensor values, const Tensor& sample_weight, Tensor* weight, std::source_location where) {
  *weight = internal::AsTensor(Operand(sample_weight, where), values.dtype());
  internal::MatchRanks(values, *weight, where);
  return multiply(Operand(values, where), Operand(*weight, where));
}

}  // namespace

Loss::Loss(std::string name, Function values, Reduction reduction)
    : name_(std::move(name)), elements_(std::move(values)), reduction_(reduction) {}

Loss::Loss(std::string name, std::string default_name, Function elements, std::optional<int64_t> mean_axis,
           Reduction reduction)
    : name_(name.empty() ? std::move(default_name) : std::move(name)), elements_(std::move(elements)),
      mean_axis_(mean_axis), reduction_(reduction) {}

Tensor Loss::operator()(const Operand& y_true, const Operand& y_pred, const std::optional<Tensor>& sample_weight) const {
  const std::source_location where = y_pred.where();
  Tensor truth = internal::AsTensor(y_true), prediction = internal::AsFloats(y_pred);
  internal::MatchRanks(truth, prediction, where);
  Tensor values = elements_(Operand(truth, where), Operand(prediction, where));
  // A mean of means over equal numbers is the mean of all.
  if (mean_axis_.has_value() && reduction_ == Reduction::kSumOverBatchSize && !sample_weight.has_value() &&
      values.rank(where) > 0 && values.shape(where).num_elements() > 0) {
    return MeanOfAll(values, where);
  }
  if (mean_axis_.has_value()) values = internal::MeanOver(values, *mean_axis_, where);
  Tensor weight;
  if (sample_weight.has_value()) values = Weighted(std::move(values), *sample_weight, &weight, where);
  // Keras gives these back as they are.
  if (reduction_ == Reduction::kNone || values.rank(where) == 0 || values.shape(where) == Shape{0}) return values;
  if (reduction_ == Reduction::kMeanWithSampleWeight && weight.valid()) {
    const Tensor sum = SumOfAll(values, where), weights = SumOfAll(weight, where);
    return raw_ops::DivNoNan(Operand(sum, where), Operand(weights, where));
  }
  // The sum of nothing is 0, and so is Keras's mean of it.
  const bool sum = reduction_ == Reduction::kSum || values.shape(where).num_elements() == 0;
  return sum ? SumOfAll(values, where) : MeanOfAll(values, where);
}

}  // namespace eager::keras::losses
