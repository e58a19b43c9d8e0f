#include "client/keras/optimizers.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "client/core/call.h"

namespace eager::keras::optimizers {
namespace {

template <class Options>
CommonOptions Common(const Options& o) {
  return {.learning_rate = o.learning_rate, .weight_decay = o.weight_decay, .clipnorm = o.clipnorm,
          .clipvalue = o.clipvalue, .global_clipnorm = o.global_clipnorm, .use_ema = o.use_ema,
          .ema_momentum = o.ema_momentum, .ema_overwrite_frequency = o.ema_overwrite_frequency, .name = o.name};
}

void Run(const OpSpec& op, std::initializer_list<Operand> operands, std::source_location where,
         const NamedAttrs& attrs = {}) {
  internal::Call(op, absl::MakeConstSpan(operands.begin(), operands.size()), attrs, where);
}

double MomentumFrom0To1(double momentum, std::source_location where) {
  if (momentum >= 0 && momentum <= 1) return momentum;
  throw Error(absl::InvalidArgumentError(absl::StrCat("SGD: momentum must be in the range [0, 1], got ", momentum)), where);
}

// Adam's rate in step t, corrected for averages that started at 0; in T, as Keras computes it for variables of T.
template <class T>
double CorrectedRate(float learning_rate, double beta_1, double beta_2, int64_t t) {
  const T power_1 = std::pow(static_cast<T>(beta_1), static_cast<T>(t));
  const T power_2 = std::pow(static_cast<T>(beta_2), static_cast<T>(t));
  return static_cast<T>(learning_rate) * std::sqrt(1 - power_2) / (1 - power_1);
}

AdamOptions WithDecay(AdamWOptions o) {
  return {.learning_rate = std::move(o.learning_rate), .beta_1 = o.beta_1, .beta_2 = o.beta_2, .epsilon = o.epsilon,
          .amsgrad = o.amsgrad, .weight_decay = o.weight_decay, .clipnorm = o.clipnorm, .clipvalue = o.clipvalue,
          .global_clipnorm = o.global_clipnorm, .use_ema = o.use_ema, .ema_momentum = o.ema_momentum,
          .ema_overwrite_frequency = o.ema_overwrite_frequency, .name = std::move(o.name)};
}

}  // namespace

SGD::SGD(SGDOptions o, std::source_location where)
    : Optimizer(Common(o),
                o.momentum == 0 ? std::vector<Slot>{} : std::vector<Slot>{{"momentums", "momentum", "momentum"}}, where),
      momentum_(MomentumFrom0To1(o.momentum, where)), nesterov_(o.nesterov) {}

void SGD::update_step(const Step& step, const Tensor& gradient, const Variable& variable, std::span<const Variable> slots) {
  static const OpSpec& descend = internal::Op("ResourceApplyGradientDescent");
  static const OpSpec& momentum = internal::Op("ResourceApplyKerasMomentum");
  const std::source_location w = step.where;
  const Operand var(variable, w), g(gradient, w), rate(scalar(step.learning_rate, variable, w), w);
  if (slots.empty()) return Run(descend, {var, rate, g}, w);
  const Operand accum(slots[0], w), decay(scalar(momentum_, variable, w), w);
  Run(momentum, {var, accum, rate, g, decay}, w, nesterov_ ? NamedAttrs{{"use_nesterov", true}} : NamedAttrs{});
}

Adam::Adam(AdamOptions o, std::source_location where)
    : Optimizer(Common(o), [&] {
        std::vector<Slot> slots{{"_momentums", "momentum", "m"}, {"_velocities", "velocity", "v"}};
        if (o.amsgrad) slots.push_back({"_velocity_hats", "velocity_hat", "vhat"});
        return slots;
      }(), where),
      beta_1_(o.beta_1), beta_2_(o.beta_2), epsilon_(o.epsilon), amsgrad_(o.amsgrad) {}

void Adam::check_variable(const Variable& variable, std::source_location where) const {
  for (const double beta : {beta_1_, beta_2_}) {
    const float f = static_cast<float>(beta);
    const float kept = variable.dtype() == DType::kFloat16    ? static_cast<float>(Float16(f))
                       : variable.dtype() == DType::kBFloat16 ? static_cast<float>(BFloat16(f))
                                                              : f;
    if (beta >= 1 || kept < 1) continue;
    throw Error(absl::InvalidArgumentError(absl::StrCat(name(), ": ", beta, " is 1 in ", Name(variable.dtype()),
                                                        ", the dtype of variable '", variable.name(),
                                                        "': an average with it would never change")),
                where);
  }
}

void Adam::update_step(const Step& step, const Tensor& gradient, const Variable& variable,
                       std::span<const Variable> slots) {
  static const OpSpec& adam = internal::Op("ResourceApplyAdam");
  static const OpSpec& with_amsgrad = internal::Op("ResourceApplyAdamWithAmsgrad");
  const std::source_location w = step.where;
  const int64_t t = step.iteration + 1;
  const double alpha = variable.dtype() == DType::kFloat64
                           ? CorrectedRate<double>(step.learning_rate, beta_1_, beta_2_, t)
                           : CorrectedRate<float>(step.learning_rate, beta_1_, beta_2_, t);
  // The correction is in the rate, so that only one scalar changes from step to step: the powers are 0.
  const auto number = [&](double x) { return Operand(scalar(x, variable, w), w); };
  const Operand var(variable, w), m(slots[0], w), v(slots[1], w), g(gradient, w), zero = number(0), rate = number(alpha),
                beta_1 = number(beta_1_), beta_2 = number(beta_2_), epsilon = number(epsilon_);
  if (!amsgrad_) return Run(adam, {var, m, v, zero, zero, rate, beta_1, beta_2, epsilon, g}, w);
  Run(with_amsgrad, {var, m, v, Operand(slots[2], w), zero, zero, rate, beta_1, beta_2, epsilon, g}, w);
}

AdamW::AdamW(AdamWOptions options, std::source_location where) : Adam(WithDecay(std::move(options)), where) {}

RMSprop::RMSprop(RMSpropOptions o, std::source_location where)
    : Optimizer(Common(o), [&] {
        std::vector<Slot> slots{{"_velocities", "velocity", "rms"}};
        if (o.momentum > 0) slots.push_back({"_momentums", "momentum", "momentum"});
        if (o.centered) slots.push_back({"_average_gradients", "average_gradient", "mg"});
        return slots;
      }(), where),
      rho_(o.rho), momentum_(o.momentum), epsilon_(o.epsilon), centered_(o.centered) {}

void RMSprop::update_step(const Step& step, const Tensor& gradient, const Variable& variable,
                          std::span<const Variable> slots) {
  static const OpSpec& plain = internal::Op("ResourceApplyKerasRMSProp");
  static const OpSpec& plain_centered = internal::Op("ResourceApplyKerasCenteredRMSProp");
  static const OpSpec& with_momentum = internal::Op("ResourceApplyRMSProp");
  static const OpSpec& centered_with_momentum = internal::Op("ResourceApplyCenteredRMSProp");
  const std::source_location w = step.where;
  const auto number = [&](double x) { return Operand(scalar(x, variable, w), w); };
  const Operand var(variable, w), ms(slots[0], w), mg(slots.back(), w), g(gradient, w), rate = number(step.learning_rate),
                rho = number(rho_), epsilon = number(epsilon_);
  if (momentum_ > 0) {
    const Operand mom(slots[1], w), momentum = number(momentum_);
    if (centered_) return Run(centered_with_momentum, {var, mg, ms, mom, rate, rho, momentum, epsilon, g}, w);
    return Run(with_momentum, {var, ms, mom, rate, rho, momentum, epsilon, g}, w);
  }
  if (centered_) return Run(plain_centered, {var, mg, ms, rate, rho, epsilon, g}, w);
  Run(plain, {var, ms, rate, rho, epsilon, g}, w);
}

Adagrad::Adagrad(AdagradOptions o, std::source_location where)
    : Optimizer(Common(o), {{"_accumulators", "accumulator", "accumulator", o.initial_accumulator_value}}, where),
      epsilon_(o.epsilon) {}

void Adagrad::update_step(const Step& step, const Tensor& gradient, const Variable& variable,
                          std::span<const Variable> slots) {
  static const OpSpec& adagrad = internal::Op("ResourceApplyKerasAdagrad");
  const std::source_location w = step.where;
  Run(adagrad, {Operand(variable, w), Operand(slots[0], w), Operand(scalar(step.learning_rate, variable, w), w),
                Operand(scalar(epsilon_, variable, w), w), Operand(gradient, w)}, w);
}

}  // namespace eager::keras::optimizers
