// The optimizers: which rule turns a gradient into a step. Defaults and numbers are Keras 3's; all hold their state in the
// variables' dtype. optimizer.h says what they have in common; the last seven options of each are explained there
// (CommonOptions).
#pragma once

#include "client/keras/optimizer.h"
#include "client/keras/schedules.h"

namespace eager::keras::optimizers {

struct SGDOptions {
  LearningRate learning_rate = 0.01;
  double momentum = 0;    // from 0 to 1
  bool nesterov = false;  // looks ahead along the momentum
  std::optional<double> weight_decay, clipnorm, clipvalue, global_clipnorm;
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int64_t> ema_overwrite_frequency;
  std::string name;
};

// w -= learning_rate * g. With momentum: velocity = momentum * velocity - learning_rate * g; w += velocity, or with
// nesterov w += momentum * velocity - learning_rate * g.
class SGD : public Optimizer {
 public:
  explicit SGD(SGDOptions options = {}, std::source_location where = std::source_location::current());

 protected:
  void update_step(const Step& step, const Tensor& gradient, const Variable& variable,
                   std::span<const Variable> slots) override;

 private:
  double momentum_;
  bool nesterov_;
};

struct AdamOptions {
  LearningRate learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  bool amsgrad = false;  // divides by the largest v so far
  std::optional<double> weight_decay, clipnorm, clipvalue, global_clipnorm;
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int64_t> ema_overwrite_frequency;
  std::string name;
};

// m and v are the gradient's and its square's moving averages: w -= alpha * m / (sqrt(v) + epsilon), alpha =
// learning_rate * sqrt(1 - beta_2^t) / (1 - beta_1^t) in the t-th step. Kingma and Ba, arXiv:1412.6980; amsgrad: Reddi
// et al., "On the Convergence of Adam and Beyond". INVALID_ARGUMENT for variables of a 16-bit dtype in which a beta is 1.
class Adam : public Optimizer {
 public:
  explicit Adam(AdamOptions options = {}, std::source_location where = std::source_location::current());

 protected:
  void update_step(const Step& step, const Tensor& gradient, const Variable& variable,
                   std::span<const Variable> slots) override;
  void check_variable(const Variable& variable, std::source_location where) const override;

 private:
  double beta_1_, beta_2_, epsilon_;
  bool amsgrad_;
};

struct AdamWOptions {
  LearningRate learning_rate = 0.001;
  double weight_decay = 0.004;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  bool amsgrad = false;
  std::optional<double> clipnorm, clipvalue, global_clipnorm;
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int64_t> ema_overwrite_frequency;
  std::string name;
};

// Adam with a weight decay that the gradients know nothing of. Loshchilov and Hutter, arXiv:1711.05101.
class AdamW : public Adam {
 public:
  explicit AdamW(AdamWOptions options = {}, std::source_location where = std::source_location::current());
};

struct RMSpropOptions {
  LearningRate learning_rate = 0.001;
  double rho = 0.9;
  double momentum = 0;
  double epsilon = 1e-7;
  bool centered = false;  // divides by the deviation of the gradients instead of their size
  std::optional<double> weight_decay, clipnorm, clipvalue, global_clipnorm;
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int64_t> ema_overwrite_frequency;
  std::string name;
};

// velocity is the squared gradient's moving average: w -= learning_rate * g / sqrt(velocity + epsilon). With momentum that
// step is added to momentum times the ones before.
class RMSprop : public Optimizer {
 public:
  explicit RMSprop(RMSpropOptions options = {}, std::source_location where = std::source_location::current());

 protected:
  void update_step(const Step& step, const Tensor& gradient, const Variable& variable,
                   std::span<const Variable> slots) override;

 private:
  double rho_, momentum_, epsilon_;
  bool centered_;
};

struct AdagradOptions {
  LearningRate learning_rate = 0.001;
  double initial_accumulator_value = 0.1;
  double epsilon = 1e-7;
  std::optional<double> weight_decay, clipnorm, clipvalue, global_clipnorm;
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int64_t> ema_overwrite_frequency;
  std::string name;
};

// accumulator += g^2; w -= learning_rate * g / sqrt(accumulator + epsilon). Duchi et al., JMLR 12 (2011).
class Adagrad : public Optimizer {
 public:
  explicit Adagrad(AdagradOptions options = {}, std::source_location where = std::source_location::current());

 protected:
  void update_step(const Step& step, const Tensor& gradient, const Variable& variable,
                   std::span<const Variable> slots) override;

 private:
  double epsilon_;
};

}  // namespace eager::keras::optimizers
