// What all optimizers do: they change variables by their gradients, by Keras 3's rules (keras/src/optimizers).
//
//   keras::optimizers::Adam optimizer({.learning_rate = 1e-3});           // optimizers.h
//   GradientTape tape;
//   Tensor loss = …;
//   optimizer.apply(tape.gradient(loss, {w, b}), {w, b});
//
// A step is a batch of items without a wait: one fused op a variable, and what clipping, weight decay and averaging add.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <source_location>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "client/module.h"
#include "client/tensor.h"
#include "client/variable.h"

namespace eager::keras::optimizers {

// A number, or a function of how many steps were taken: one of schedules.h, or any callable of an int64_t.
class LearningRate {
 public:
  using Schedule = std::function<double(int64_t step)>;

  LearningRate(double rate) : rate_(static_cast<float>(rate)) {}  // NOLINT: as an option is written
  // Asks for step 0, and throws at `where` what the schedule throws for its arguments.
  template <class S>
    requires std::is_invocable_r_v<double, const S&, int64_t>
  LearningRate(S schedule, std::source_location where = std::source_location::current())  // NOLINT
      : schedule_(std::move(schedule)) {
    Check(where);
  }

  bool is_schedule() const { return static_cast<bool>(schedule_); }
  // float32, as Keras keeps it.
  float at(int64_t step) const { return schedule_ ? static_cast<float>(schedule_(step)) : rate_; }

 private:
  void Check(std::source_location where) const;

  float rate_ = 0;
  Schedule schedule_;
};

// The options that every optimizer has; its own struct (AdamOptions, …) repeats them.
struct CommonOptions {
  LearningRate learning_rate = 0.001;
  std::optional<double> weight_decay;     // before a step, var -= var * weight_decay * learning_rate
  std::optional<double> clipnorm;         // each gradient is scaled down to a norm of at most this,
  std::optional<double> clipvalue;        // or cut to [-clipvalue, clipvalue],
  std::optional<double> global_clipnorm;  // or all are scaled down by the norm of them together: only one of the three
  bool use_ema = false;                   // keeps an exponential moving average of each variable
  double ema_momentum = 0.99;
  std::optional<int64_t> ema_overwrite_frequency;  // every so many steps the averages become the variables' values
  std::string name;                                // empty: the class's own in snake case
};

// The base of all optimizers. Copies are the same optimizer: they share its variables. Not thread-safe.
class Optimizer : public Module {
 public:
  using GradientAndVariable = std::pair<std::optional<Tensor>, Variable>;

  // One step. A gradient that is nullopt leaves its variable as it is; one of another float dtype is cast. The first call
  // builds the optimizer for these variables; later ones may name any of them. Nothing at all to do for an empty list.
  // INVALID_ARGUMENT, before anything is changed, if no gradient is there, their number or shapes are not the variables',
  // or a variable is not one that the optimizer was built for. Not recorded by tapes; does not wait.
  void apply(const std::vector<std::optional<Tensor>>& gradients, const std::vector<Variable>& variables,
             std::source_location where = std::source_location::current());
  void apply_gradients(const std::vector<GradientAndVariable>& gradients_and_variables,
                       std::source_location where = std::source_location::current());
  // One step down `loss`, which is called once with a tape recording.
  void minimize(const std::function<Tensor()>& loss, const std::vector<Variable>& variables,
                std::source_location where = std::source_location::current());

  // Makes the slots: variables of the same shapes that hold what a rule remembers from step to step. Done by the first
  // step, and only once. INVALID_ARGUMENT for a variable that is not of a float dtype.
  void build(const std::vector<Variable>& variables, std::source_location where = std::source_location::current());
  bool built() const;

  // How many steps were taken: an int64 scalar. Assigning to it or restoring it from a checkpoint is taken up by the next
  // step, which then waits once.
  const Variable& iterations() const;
  // The rate of the next step. Waits only after somebody else assigned to the variable behind it.
  float learning_rate(std::source_location where = std::source_location::current()) const;
  // INVALID_ARGUMENT for a number in place of a schedule, as in Keras; a schedule may replace either.
  void set_learning_rate(LearningRate rate, std::source_location where = std::source_location::current());
  // Gives the variables their averages; nothing without use_ema.
  void finalize_variable_values(std::source_location where = std::source_location::current());

  // Under the names that Keras 2 and Keras 3 write: "_iterations", "_learning_rate" (unless a schedule makes it), lists of
  // slots such as "_momentums", and "_model_variables_moving_average".
  std::vector<Tracked> tracked() override;
  // Also as "iter" and "learning_rate", for files of TensorFlow's first optimizers.
  std::vector<Tracked> checkpoint_edges() override;
  // By the names of TensorFlow's first optimizers, "m", "v", "momentum", …; nullopt for one that this optimizer lacks.
  std::optional<Variable> slot_variable(const Variable& of, const std::string& slot) override;

 protected:
  // One value that a rule keeps for each variable.
  struct Slot {
    std::string attribute;    // of the list of them, in checkpoints: "_momentums"
    std::string name;         // in the slots' own names: "momentum"
    std::string legacy_name;  // "m"
    double initial = 0;
  };
  Optimizer(CommonOptions options, std::vector<Slot> slots, std::source_location where);

  struct Step {
    int64_t iteration = 0;  // steps that were taken before
    float learning_rate = 0;
    std::source_location where;
  };
  // Updates one variable, whose slots are in the order of the constructor's. The gradient has its dtype and shape.
  virtual void update_step(const Step& step, const Tensor& gradient, const Variable& variable,
                           std::span<const Variable> slots) = 0;
  // Throws for a variable that this optimizer cannot update; called by build().
  virtual void check_variable(const Variable& variable, std::source_location where) const {}
  // A number as a scalar of the variable's dtype on its server, sent once as long as steps go on asking for it. Valid
  // until the step ends.
  const Tensor& scalar(double value, const Variable& beside, std::source_location where) const;

 private:
  struct State;
  using Gradients = std::vector<std::pair<Tensor, size_t>>;  // with the variable's position
  Gradients Collect(const std::vector<std::optional<Tensor>>& gradients, const std::vector<Variable>& variables,
                    std::source_location where);
  void Clip(Gradients& gradients, std::source_location where) const;
  void Average(const Step& step);

  std::shared_ptr<State> state_;
};

}  // namespace eager::keras::optimizers
