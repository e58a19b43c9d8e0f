// Metrics: figures gathered over many batches, with Keras 3's numbers (keras/src/metrics).
//
//   keras::metrics::SparseCategoricalAccuracy accuracy;
//   for (…) accuracy.update_state(labels, logits);        // waits for nothing
//   std::cout << float(accuracy.result()) << "\n";
//
// The state is in float32 variables on the server, named as Keras names them in checkpoints. Copies are the same metric.
// Nothing waits, except for a shape that only the server knows, and nothing is recorded by tapes. Errors are thrown at the
// line that wrote the values or y_pred.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <source_location>
#include <string>

#include "client/module.h"
#include "client/tensor.h"
#include "client/variable.h"

namespace eager::keras::metrics {

// What all of them have.
class MetricBase : public Module {
 public:
  explicit MetricBase(std::string name) : Module(std::move(name)) {}
  // The figure so far.
  virtual Tensor result(std::source_location where = std::source_location::current()) const = 0;
  // Starts again: every variable becomes zeros.
  virtual void reset_state(std::source_location where = std::source_location::current());
};

// The sum of all values that were given to it; with weights, of the values times their weights.
class Sum : public MetricBase {
 public:
  explicit Sum(std::string name = "sum", std::source_location where = std::source_location::current());
  void update_state(const Operand& values, const std::optional<Tensor>& sample_weight = std::nullopt);
  Tensor result(std::source_location where = std::source_location::current()) const override;
  // Updates, and gives the result.
  Tensor operator()(const Operand& values, const std::optional<Tensor>& sample_weight = std::nullopt);

  Variable total;
  EAGER_TRACK(total)
};

// The mean of all samples that were given to it, 0 before the first. A sample is an element of axis 0, and its value the mean
// of its elements; weights are of the samples, or of their elements.
class Mean : public MetricBase {
 public:
  explicit Mean(std::string name = "mean", std::source_location where = std::source_location::current());
  void update_state(const Operand& values, const std::optional<Tensor>& sample_weight = std::nullopt);
  Tensor result(std::source_location where = std::source_location::current()) const override;
  Tensor operator()(const Operand& values, const std::optional<Tensor>& sample_weight = std::nullopt);

  Variable total, count;
  EAGER_TRACK(total, count)
};

// The base of metrics that compare predictions with what was asked for. One of your own: update_state(), result(), and
// EAGER_TRACK with its variables.
class Metric : public MetricBase {
 public:
  using MetricBase::MetricBase;
  virtual void update_state(const Operand& y_true, const Operand& y_pred,
                            const std::optional<Tensor>& sample_weight = std::nullopt) = 0;
  Tensor operator()(const Operand& y_true, const Operand& y_pred,
                    const std::optional<Tensor>& sample_weight = std::nullopt);
};

// The mean over all samples of a function that gives a value for each: of losses.h, of those below, or any other.
class MeanMetric : public Metric {
 public:
  using Function = std::function<Tensor(const Operand& y_true, const Operand& y_pred)>;
  MeanMetric(std::string name, Function values, std::source_location where = std::source_location::current());
  void update_state(const Operand& y_true, const Operand& y_pred,
                    const std::optional<Tensor>& sample_weight = std::nullopt) override;
  Tensor result(std::source_location where = std::source_location::current()) const override;

  Variable total, count;
  EAGER_TRACK(total, count)

 private:
  Function values_;
};

// Whether y_true == y_pred.
class Accuracy : public MeanMetric {
 public:
  explicit Accuracy(std::string name = "accuracy", std::source_location where = std::source_location::current());
};
Tensor accuracy(const Operand& y_true, const Operand& y_pred);

// Whether y_pred > threshold is y_true, which is 0 or 1.
class BinaryAccuracy : public MeanMetric {
 public:
  explicit BinaryAccuracy(std::string name = "binary_accuracy", double threshold = 0.5,
                          std::source_location where = std::source_location::current());
};
Tensor binary_accuracy(const Operand& y_true, const Operand& y_pred, double threshold = 0.5);

// Whether y_true and y_pred have their largest value on the last axis at the same place.
class CategoricalAccuracy : public MeanMetric {
 public:
  explicit CategoricalAccuracy(std::string name = "categorical_accuracy",
                               std::source_location where = std::source_location::current());
};
Tensor categorical_accuracy(const Operand& y_true, const Operand& y_pred);

// Whether y_pred's largest value on the last axis is at the place that y_true names.
class SparseCategoricalAccuracy : public MeanMetric {
 public:
  explicit SparseCategoricalAccuracy(std::string name = "sparse_categorical_accuracy",
                                     std::source_location where = std::source_location::current());
};
Tensor sparse_categorical_accuracy(const Operand& y_true, const Operand& y_pred);

// (y_true - y_pred)^2
class MeanSquaredError : public MeanMetric {
 public:
  explicit MeanSquaredError(std::string name = "mean_squared_error",
                            std::source_location where = std::source_location::current());
};

// |y_true - y_pred|
class MeanAbsoluteError : public MeanMetric {
 public:
  explicit MeanAbsoluteError(std::string name = "mean_absolute_error",
                             std::source_location where = std::source_location::current());
};

// The square root of the mean of (y_true - y_pred)^2.
class RootMeanSquaredError : public MeanMetric {
 public:
  explicit RootMeanSquaredError(std::string name = "root_mean_squared_error",
                                std::source_location where = std::source_location::current());
  Tensor result(std::source_location where = std::source_location::current()) const override;
};

}  // namespace eager::keras::metrics
