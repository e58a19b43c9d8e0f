// Losses: how far predictions are from what was asked for, with Keras 3's numbers (keras/src/losses).
//
//   keras::losses::SparseCategoricalCrossentropy loss({.from_logits = true});
//   Tensor value = loss(labels, model(images));
//
// y_true and y_pred have the batch first. Predictions of a float dtype are computed with in it, others in float32; y_true is
// cast to the same. Where their ranks differ by one and the higher one's last axis is 1, that axis is taken away, or added
// to the other. No call waits, except for a shape that only the server knows. INVALID_ARGUMENT, at the line that wrote
// y_pred, for shapes that do not go together.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "client/tensor.h"

namespace eager::keras::losses {

// What becomes of the samples' values.
enum class Reduction : uint8_t {
  kSumOverBatchSize,    // their mean
  kSum,
  kNone,                // they are the result
  kMeanWithSampleWeight,  // their sum divided by that of the weights
};

// One function of y_true and y_pred and what to do with its values. Copies are alike; safe to use from several threads.
class Loss {
 public:
  using Function = std::function<Tensor(const Operand& y_true, const Operand& y_pred)>;

  // `values` gives one value a sample, shape (batch, …).
  Loss(std::string name, Function values, Reduction reduction = Reduction::kSumOverBatchSize);
  virtual ~Loss() = default;
  Loss(const Loss&) = default;
  Loss(Loss&&) = default;
  Loss& operator=(const Loss&) = default;
  Loss& operator=(Loss&&) = default;

  // sample_weight multiplies the samples' values before they are reduced, and is broadcast against them.
  Tensor operator()(const Operand& y_true, const Operand& y_pred,
                    const std::optional<Tensor>& sample_weight = std::nullopt) const;

  const std::string& name() const { return name_; }
  Reduction reduction() const { return reduction_; }

 protected:
  // `elements` gives values whose mean over `mean_axis` are the samples': so that a mean of all is one op.
  Loss(std::string name, std::string default_name, Function elements, std::optional<int64_t> mean_axis, Reduction reduction);

 private:
  std::string name_;
  Function elements_;
  std::optional<int64_t> mean_axis_;
  Reduction reduction_;
};

struct LossOptions {
  Reduction reduction = Reduction::kSumOverBatchSize;
  std::string name;  // empty: Keras's
};

// --- Of classes. Probabilities, unless y_pred has logits, are kept 1e-7 away from 0 and 1. ---

struct CategoricalCrossentropyOptions {
  bool from_logits = false;
  double label_smoothing = 0;  // y_true becomes y_true * (1 - it) + it / classes
  int64_t axis = -1;           // of the classes
  Reduction reduction = Reduction::kSumOverBatchSize;
  std::string name;
};
// y_true and y_pred: a probability for each class. Rows of y_pred are divided by their sum.
class CategoricalCrossentropy : public Loss {
 public:
  explicit CategoricalCrossentropy(const CategoricalCrossentropyOptions& options = {});
};
Tensor categorical_crossentropy(const Operand& y_true, const Operand& y_pred, bool from_logits = false,
                                double label_smoothing = 0, int64_t axis = -1);

struct SparseCategoricalCrossentropyOptions {
  bool from_logits = false;
  Reduction reduction = Reduction::kSumOverBatchSize;
  std::string name;
};
// y_true: the class's index, of y_pred's shape without the last axis, or with 1 there.
class SparseCategoricalCrossentropy : public Loss {
 public:
  explicit SparseCategoricalCrossentropy(const SparseCategoricalCrossentropyOptions& options = {});
};
Tensor sparse_categorical_crossentropy(const Operand& y_true, const Operand& y_pred, bool from_logits = false);

struct BinaryCrossentropyOptions {
  bool from_logits = false;
  double label_smoothing = 0;  // y_true becomes y_true * (1 - it) + it / 2
  int64_t axis = -1;           // that the mean is taken over
  Reduction reduction = Reduction::kSumOverBatchSize;
  std::string name;
};
// y_true and y_pred: the probability of yes, for any number of questions.
class BinaryCrossentropy : public Loss {
 public:
  explicit BinaryCrossentropy(const BinaryCrossentropyOptions& options = {});
};
Tensor binary_crossentropy(const Operand& y_true, const Operand& y_pred, bool from_logits = false,
                           double label_smoothing = 0, int64_t axis = -1);

// sum(y_true * log(y_true / y_pred)) over the last axis, both kept in [1e-7, 1].
class KLDivergence : public Loss {
 public:
  explicit KLDivergence(const LossOptions& options = {});
};
Tensor kl_divergence(const Operand& y_true, const Operand& y_pred);

// max(1 - y_true * y_pred, 0), mean over the last axis; y_true is -1 or 1, or all of it 0 or 1.
class Hinge : public Loss {
 public:
  explicit Hinge(const LossOptions& options = {});
};
Tensor hinge(const Operand& y_true, const Operand& y_pred);

// --- Of numbers, mean over the last axis. ---

// (y_true - y_pred)^2
class MeanSquaredError : public Loss {
 public:
  explicit MeanSquaredError(const LossOptions& options = {});
};
Tensor mean_squared_error(const Operand& y_true, const Operand& y_pred);

// |y_true - y_pred|
class MeanAbsoluteError : public Loss {
 public:
  explicit MeanAbsoluteError(const LossOptions& options = {});
};
Tensor mean_absolute_error(const Operand& y_true, const Operand& y_pred);

// 100 * |y_true - y_pred| / max(|y_true|, 1e-7)
class MeanAbsolutePercentageError : public Loss {
 public:
  explicit MeanAbsolutePercentageError(const LossOptions& options = {});
};
Tensor mean_absolute_percentage_error(const Operand& y_true, const Operand& y_pred);

// (log(max(y_true, 1e-7) + 1) - log(max(y_pred, 1e-7) + 1))^2
class MeanSquaredLogarithmicError : public Loss {
 public:
  explicit MeanSquaredLogarithmicError(const LossOptions& options = {});
};
Tensor mean_squared_logarithmic_error(const Operand& y_true, const Operand& y_pred);

struct HuberOptions {
  double delta = 1;
  Reduction reduction = Reduction::kSumOverBatchSize;
  std::string name;
};
// e^2 / 2 for errors up to delta, delta * |e| - delta^2 / 2 beyond.
class Huber : public Loss {
 public:
  explicit Huber(const HuberOptions& options = {});
};
Tensor huber(const Operand& y_true, const Operand& y_pred, double delta = 1);

// log(cosh(y_pred - y_true))
class LogCosh : public Loss {
 public:
  explicit LogCosh(const LossOptions& options = {});
};
Tensor log_cosh(const Operand& y_true, const Operand& y_pred);

// y_pred - y_true * log(y_pred + 1e-7)
class Poisson : public Loss {
 public:
  explicit Poisson(const LossOptions& options = {});
};
Tensor poisson(const Operand& y_true, const Operand& y_pred);

struct CosineSimilarityOptions {
  int64_t axis = -1;
  Reduction reduction = Reduction::kSumOverBatchSize;
  std::string name;
};
// Minus the cosine of the angle between y_true and y_pred, vectors along `axis`: -1 where they point the same way.
class CosineSimilarity : public Loss {
 public:
  explicit CosineSimilarity(const CosineSimilarityOptions& options = {});
};
Tensor cosine_similarity(const Operand& y_true, const Operand& y_pred, int64_t axis = -1);

}  // namespace eager::keras::losses
