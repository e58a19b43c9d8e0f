#include "client/keras/metrics.h"

#include <numeric>

#include "client/constant.h"
#include "client/core/tape_state.h"
#include "client/keras/losses.h"
#include "client/keras/ranks.h"
#include "client/math.h"
#include "client/ops.h"

namespace eager::keras::metrics {
namespace {

using eager::internal::NoTapes;
using internal::AsTensor;

Variable Zero(const char* name, std::source_location where) {
  const NoTapes quiet;
  const Tensor zero = constant(0.0f, where);
  return Variable(Operand(zero, where), {.name = name, .trainable = false});
}

// How the elements of a sample become its value.
using Reduce = Tensor (*)(const Operand& x, const Axes& axis, bool keepdims);

Tensor ReduceAxes(Reduce reduce, const Tensor& x, int from, std::source_location where) {
  const int rank = x.rank(where);
  if (rank <= from) return x;
  std::vector<int64_t> axes(static_cast<size_t>(rank - from));
  std::iota(axes.begin(), axes.end(), from);
  return reduce(Operand(x, where), axes, /*keepdims=*/false);
}

// One value a sample, and if there are weights, one weight a sample.
struct Samples {
  Tensor values;
  Tensor weights;
};

// keras/src/metrics/reduction_metrics.py, reduce_to_samplewise_values
Samples ToSamples(const Operand& values, const std::optional<Tensor>& sample_weight, Reduce reduce) {
  const std::source_location where = values.where();
  Samples s{AsTensor(values, DType::kFloat32), {}};
  if (sample_weight.has_value()) {
    s.weights = AsTensor(Operand(*sample_weight, where), DType::kFloat32);
    internal::MatchRanks(s.values, s.weights, where);
    s.values = ReduceAxes(reduce, s.values, s.weights.rank(where), where);
    const Shape& shape = s.values.shape(where);
    if (s.weights.shape(where) != shape) s.weights = broadcast_to(Operand(s.weights, where), Operand(shape, where));
    s.values = multiply(Operand(s.values, where), Operand(s.weights, where));
    s.weights = ReduceAxes(reduce, s.weights, 1, where);
  }
  s.values = ReduceAxes(reduce, s.values, 1, where);
  return s;
}

void AddToMean(Variable& total, Variable& count, const Operand& values, const std::optional<Tensor>& sample_weight) {
  const std::source_location where = values.where();
  const Samples s = ToSamples(values, sample_weight, &reduce_mean);
  const Tensor sum = internal::SumOfAll(s.values, where);
  total.assign_add(Operand(sum, where));
  if (s.weights.valid()) {
    const Tensor weight = internal::SumOfAll(s.weights, where);
    count.assign_add(Operand(weight, where));
  } else {
    const int64_t samples = s.values.rank(where) == 0 ? 1 : s.values.shape(where)[0];
    count.assign_add(Operand(static_cast<double>(samples), where));
  }
}

Tensor Quotient(const Variable& total, const Variable& count, std::source_location where) {
  const NoTapes quiet;
  return raw_ops::DivNoNan(Operand(total, where), Operand(count, where));
}

Tensor AsFloat32(const Tensor& matches, std::source_location where) {
  return cast(Operand(matches, where), DType::kFloat32);
}

Tensor SquaredErrors(const Operand& y_true, const Operand& y_pred) {
  const std::source_location where = y_pred.where();
  Tensor truth = AsTensor(y_true, DType::kFloat32), prediction = AsTensor(y_pred, DType::kFloat32);
  internal::MatchRanks(truth, prediction, where);
  return raw_ops::SquaredDifference(Operand(prediction, where), Operand(truth, where));
}

}  // namespace

void MetricBase::reset_state(std::source_location where) {
  const NoTapes quiet;
  for (Variable& v : variables()) {
    const Tensor zeros = zeros_like(Operand(v, where));
    v.assign(Operand(zeros, where));
  }
}

Sum::Sum(std::string name, std::source_location where) : MetricBase(std::move(name)), total(Zero("total", where)) {}

void Sum::update_state(const Operand& values, const std::optional<Tensor>& sample_weight) {
  const NoTapes quiet;
  const Samples s = ToSamples(values, sample_weight, &reduce_sum);
  const Tensor sum = internal::SumOfAll(s.values, values.where());
  total.assign_add(Operand(sum, values.where()));
}

Tensor Sum::result(std::source_location where) const {
  const NoTapes quiet;
  return total.read_value(where);
}

Tensor Sum::operator()(const Operand& values, const std::optional<Tensor>& sample_weight) {
  update_state(values, sample_weight);
  return result(values.where());
}

Mean::Mean(std::string name, std::source_location where)
    : MetricBase(std::move(name)), total(Zero("total", where)), count(Zero("count", where)) {}

void Mean::update_state(const Operand& values, const std::optional<Tensor>& sample_weight) {
  const NoTapes quiet;
  AddToMean(total, count, values, sample_weight);
}

Tensor Mean::result(std::source_location where) const { return Quotient(total, count, where); }

Tensor Mean::operator()(const Operand& values, const std::optional<Tensor>& sample_weight) {
  update_state(values, sample_weight);
  return result(values.where());
}

Tensor Metric::operator()(const Operand& y_true, const Operand& y_pred, const std::optional<Tensor>& sample_weight) {
  update_state(y_true, y_pred, sample_weight);
  return result(y_pred.where());
}

MeanMetric::MeanMetric(std::string name, Function values, std::source_location where)
    : Metric(std::move(name)), total(Zero("total", where)), count(Zero("count", where)), values_(std::move(values)) {}

void MeanMetric::update_state(const Operand& y_true, const Operand& y_pred, const std::optional<Tensor>& sample_weight) {
  const NoTapes quiet;
  const Tensor values = values_(y_true, y_pred);
  AddToMean(total, count, Operand(values, y_pred.where()), sample_weight);
}

Tensor MeanMetric::result(std::source_location where) const { return Quotient(total, count, where); }

Tensor accuracy(const Operand& y_true, const Operand& y_pred) {
  const std::source_location where = y_pred.where();
  Tensor prediction = AsTensor(y_pred), truth = AsTensor(y_true, prediction.dtype());
  internal::MatchRanks(truth, prediction, where);
  return AsFloat32(equal(Operand(truth, where), Operand(prediction, where)), where);
}

Tensor binary_accuracy(const Operand& y_true, const Operand& y_pred, double threshold) {
  const std::source_location where = y_pred.where();
  Tensor prediction = internal::AsFloats(y_pred), truth = AsTensor(y_true);
  internal::MatchRanks(truth, prediction, where);
  const Tensor yes = greater(Operand(prediction, where), Operand(threshold, where));
  const Tensor asked = AsTensor(Operand(yes, where), truth.dtype());
  return AsFloat32(equal(Operand(truth, where), Operand(asked, where)), where);
}

Tensor categorical_accuracy(const Operand& y_true, const Operand& y_pred) {
  const std::source_location where = y_pred.where();
  const Tensor prediction = AsTensor(y_pred), truth = AsTensor(y_true);
  const Tensor a = argmax(Operand(truth, where), -1), b = argmax(Operand(prediction, where), -1);
  return AsFloat32(equal(Operand(a, where), Operand(b, where)), where);
}

Tensor sparse_categorical_accuracy(const Operand& y_true, const Operand& y_pred) {
  const std::source_location where = y_pred.where();
  const Tensor prediction = AsTensor(y_pred);
  Tensor truth = AsTensor(y_true);
  const int rank = truth.rank(where);
  if (rank > 0 && rank == prediction.rank(where) && truth.shape(where)[rank - 1] == 1) {
    truth = squeeze(Operand(truth, where), {-1});
  }
  // Indices are compared in the labels' dtype, as they are if they are such.
  const bool are_indices = truth.dtype() == DType::kInt32 || truth.dtype() == DType::kInt64;
  Tensor place = argmax(Operand(prediction, where), -1, are_indices ? truth.dtype() : DType::kInt64);
  if (IsFloating(truth.dtype())) {
    place = cast(Operand(place, where), truth.dtype());
  } else {
    truth = AsTensor(Operand(truth, where), place.dtype());
  }
  Tensor matches = AsFloat32(equal(Operand(truth, where), Operand(place, where)), where);
  const int matches_rank = matches.rank(where);
  if (matches_rank > 1 && matches.shape(where)[matches_rank - 1] == 1) matches = squeeze(Operand(matches, where), {-1});
  return matches;
}

Accuracy::Accuracy(std::string name, std::source_location where) : MeanMetric(std::move(name), &accuracy, where) {}
BinaryAccuracy::BinaryAccuracy(std::string name, double threshold, std::source_location where)
    : MeanMetric(std::move(name),
                 [threshold](const Operand& t, const Operand& p) { return binary_accuracy(t, p, threshold); }, where) {}
CategoricalAccuracy::CategoricalAccuracy(std::string name, std::source_location where)
    : MeanMetric(std::move(name), &categorical_accuracy, where) {}
SparseCategoricalAccuracy::SparseCategoricalAccuracy(std::string name, std::source_location where)
    : MeanMetric(std::move(name), &sparse_categorical_accuracy, where) {}
MeanSquaredError::MeanSquaredError(std::string name, std::source_location where)
    : MeanMetric(std::move(name), &losses::mean_squared_error, where) {}
MeanAbsoluteError::MeanAbsoluteError(std::string name, std::source_location where)
    : MeanMetric(std::move(name), &losses::mean_absolute_error, where) {}

RootMeanSquaredError::RootMeanSquaredError(std::string name, std::source_location where)
    : MeanMetric(std::move(name), &SquaredErrors, where) {}
Tensor RootMeanSquaredError::result(std::source_location where) const {
  const Tensor mean = MeanMetric::result(where);
  return sqrt(Operand(mean, where));
}

}  // namespace eager::keras::metrics
