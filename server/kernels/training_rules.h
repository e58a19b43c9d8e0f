// Optimizers' rules: what a step does to one element of a variable and its slots, the same on every device. In
// TensorFlow's order of operations (tensorflow/core/kernels/training_ops.cc).
//
// A rule is made of N, a number to compute in: float, double, or Rounded, which rounds every intermediate result to the
// variable's 16 bits. Flag is what the op's boolean attribute is kept in: bool, or std::true_type and std::false_type,
// with which a compiler makes loops of their own. The op's inputs are kVariables variables, then kScalars scalars in
// the order in which the rule is given them, with the gradient at kGrad among or behind them (kNoGrad: there is none).
#pragma once

#include <cmath>
#include <type_traits>

#include "absl/strings/string_view.h"
#include "server/kernels/elementwise_fns.h"

namespace eager::server::training {

// A 16-bit float that is computed with as TensorFlow does: in float, and rounded after every operation by Round.
template <class Round>
struct Rounded {
  Rounded() = default;
  EAGER_HOST_DEVICE explicit Rounded(float x) : value(Round()(x)) {}
  EAGER_HOST_DEVICE friend Rounded operator+(Rounded a, Rounded b) { return Rounded(a.value + b.value); }
  EAGER_HOST_DEVICE friend Rounded operator-(Rounded a, Rounded b) { return Rounded(a.value - b.value); }
  EAGER_HOST_DEVICE friend Rounded operator*(Rounded a, Rounded b) { return Rounded(a.value * b.value); }
  EAGER_HOST_DEVICE friend Rounded operator/(Rounded a, Rounded b) { return Rounded(a.value / b.value); }
  EAGER_HOST_DEVICE friend bool operator<(Rounded a, Rounded b) { return a.value < b.value; }
  float value = 0;
};

template <class N>
EAGER_HOST_DEVICE N Sqrt(N x) {
  if constexpr (std::is_floating_point_v<N>) {
    return std::sqrt(x);
  } else {
    return N(std::sqrt(x.value));
  }
}
template <class N>
EAGER_HOST_DEVICE N Pow(N x, N y) {
  if constexpr (std::is_floating_point_v<N>) {
    return std::pow(x, y);
  } else {
    return N(std::pow(x.value, y.value));
  }
}
template <class N>
EAGER_HOST_DEVICE N Abs(N x) {
  return x < N(0) ? N(0) - x : x;
}
template <class N>
EAGER_HOST_DEVICE N Max(N x, N y) {
  return x < y ? y : x;
}

constexpr int kNoGrad = -1;

template <class N, class Flag>
struct MomentumRule {
  static constexpr absl::string_view kOp = "ResourceApplyMomentum", kFlag = "use_nesterov";
  static constexpr int kVariables = 2, kScalars = 2, kGrad = 3;
  N lr, momentum;
  Flag nesterov;
  EAGER_HOST_DEVICE MomentumRule(const N* s, Flag flag) : lr(s[0]), momentum(s[1]), nesterov(flag) {}
  EAGER_HOST_DEVICE void operator()(N& var, N& accum, N g) const {
    accum = accum * momentum + g;
    var = nesterov ? var - (g * lr + accum * momentum * lr) : var - accum * lr;
  }
};

template <class N, class Flag>
struct KerasMomentumRule {
  static constexpr absl::string_view kOp = "ResourceApplyKerasMomentum", kFlag = "use_nesterov";
  static constexpr int kVariables = 2, kScalars = 2, kGrad = 3;
  N lr, momentum;
  Flag nesterov;
  EAGER_HOST_DEVICE KerasMomentumRule(const N* s, Flag flag) : lr(s[0]), momentum(s[1]), nesterov(flag) {}
  EAGER_HOST_DEVICE void operator()(N& var, N& accum, N g) const {
    accum = accum * momentum - g * lr;
    var = nesterov ? var + (accum * momentum - g * lr) : var + accum;
  }
};

// What the rules of Adam know of a step.
template <class N>
struct AdamScalars {
  N beta1, epsilon, alpha, rest1, rest2;
  // beta1_power, beta2_power, lr, beta1, beta2, epsilon.
  EAGER_HOST_DEVICE explicit AdamScalars(const N* s)
      : beta1(s[3]),
        epsilon(s[5]),
        alpha(s[2] * Sqrt(N(1) - s[1]) / (N(1) - s[0])),
        rest1(N(1) - s[3]),
        rest2(N(1) - s[4]) {}
};

template <class N, class Flag>
struct AdamRule {
  static constexpr absl::string_view kOp = "ResourceApplyAdam", kFlag = "use_nesterov";
  static constexpr int kVariables = 3, kScalars = 6, kGrad = 9;
  AdamScalars<N> c;
  Flag nesterov;
  EAGER_HOST_DEVICE AdamRule(const N* s, Flag flag) : c(s), nesterov(flag) {}
  EAGER_HOST_DEVICE void operator()(N& var, N& m, N& v, N g) const {
    m = m + (g - m) * c.rest1;
    v = v + (g * g - v) * c.rest2;
    const N step = nesterov ? g * c.rest1 + c.beta1 * m : m;
    var = var - (step * c.alpha) / (Sqrt(v) + c.epsilon);
  }
};

template <class N, class Flag>
struct AdamWithAmsgradRule {
  static constexpr absl::string_view kOp = "ResourceApplyAdamWithAmsgrad", kFlag = "";
  static constexpr int kVariables = 4, kScalars = 6, kGrad = 10;
  AdamScalars<N> c;
  EAGER_HOST_DEVICE AdamWithAmsgradRule(const N* s, Flag) : c(s) {}
  EAGER_HOST_DEVICE void operator()(N& var, N& m, N& v, N& vhat, N g) const {
    m = m + (g - m) * c.rest1;
    v = v + (g * g - v) * c.rest2;
    vhat = Max(vhat, v);
    var = var - (m * c.alpha) / (Sqrt(vhat) + c.epsilon);
  }
};

template <class N, class Flag>
struct AdaMaxRule {
  static constexpr absl::string_view kOp = "ResourceApplyAdaMax", kFlag = "";
  static constexpr int kVariables = 3, kScalars = 5, kGrad = 8;
  N beta2, epsilon, rate, rest1;
  EAGER_HOST_DEVICE AdaMaxRule(const N* s, Flag)
      : beta2(s[3]), epsilon(s[4]), rate(s[1] / (N(1) - s[0])), rest1(N(1) - s[2]) {}
  EAGER_HOST_DEVICE void operator()(N& var, N& m, N& v, N g) const {
    m = m + (g - m) * rest1;
    v = Max(beta2 * v, Abs(g));
    var = var - rate * (m / (v + epsilon));
  }
};

template <class N, class Flag>
struct RMSPropRule {
  static constexpr absl::string_view kOp = "ResourceApplyRMSProp", kFlag = "";
  static constexpr int kVariables = 3, kScalars = 4, kGrad = 7;
  N lr, rest, momentum, epsilon;
  EAGER_HOST_DEVICE RMSPropRule(const N* s, Flag) : lr(s[0]), rest(N(1) - s[1]), momentum(s[2]), epsilon(s[3]) {}
  EAGER_HOST_DEVICE void operator()(N& var, N& ms, N& mom, N g) const {
    ms = ms + (g * g - ms) * rest;
    mom = mom * momentum + (g * lr) / Sqrt(ms + epsilon);
    var = var - mom;
  }
};

template <class N, class Flag>
struct CenteredRMSPropRule {
  static constexpr absl::string_view kOp = "ResourceApplyCenteredRMSProp", kFlag = "";
  static constexpr int kVariables = 4, kScalars = 4, kGrad = 8;
  N lr, rest, momentum, epsilon;
  EAGER_HOST_DEVICE CenteredRMSPropRule(const N* s, Flag)
      : lr(s[0]), rest(N(1) - s[1]), momentum(s[2]), epsilon(s[3]) {}
  EAGER_HOST_DEVICE void operator()(N& var, N& mg, N& ms, N& mom, N g) const {
    ms = ms + (g * g - ms) * rest;
    mg = mg + (g - mg) * rest;
    mom = mom * momentum + (g * lr) / Sqrt(ms - mg * mg + epsilon);
    var = var - mom;
  }
};

template <class N, class Flag>
struct KerasRMSPropRule {
  static constexpr absl::string_view kOp = "ResourceApplyKerasRMSProp", kFlag = "";
  static constexpr int kVariables = 2, kScalars = 3, kGrad = 5;
  N lr, rest, epsilon;
  EAGER_HOST_DEVICE KerasRMSPropRule(const N* s, Flag) : lr(s[0]), rest(N(1) - s[1]), epsilon(s[2]) {}
  EAGER_HOST_DEVICE void operator()(N& var, N& ms, N g) const {
    ms = ms + (g * g - ms) * rest;
    var = var - (g * lr) / Sqrt(ms + epsilon);
  }
};

template <class N, class Flag>
struct KerasCenteredRMSPropRule {
  static constexpr absl::string_view kOp = "ResourceApplyKerasCenteredRMSProp", kFlag = "";
  static constexpr int kVariables = 3, kScalars = 3, kGrad = 6;
  N lr, rest, epsilon;
  EAGER_HOST_DEVICE KerasCenteredRMSPropRule(const N* s, Flag) : lr(s[0]), rest(N(1) - s[1]), epsilon(s[2]) {}
  EAGER_HOST_DEVICE void operator()(N& var, N& mg, N& ms, N g) const {
    ms = ms + (g * g - ms) * rest;
    mg = mg + (g - mg) * rest;
    var = var - (g * lr) / Sqrt(ms - mg * mg + epsilon);
  }
};

template <class N, class Flag>
struct AdagradRule {
  static constexpr absl::string_view kOp = "ResourceApplyAdagrad", kFlag = "update_slots";
  static constexpr int kVariables = 2, kScalars = 1, kGrad = 3;
  N lr;
  Flag update_slots;
  EAGER_HOST_DEVICE AdagradRule(const N* s, Flag flag) : lr(s[0]), update_slots(flag) {}
  EAGER_HOST_DEVICE void operator()(N& var, N& accum, N g) const {
    if (update_slots) accum = accum + g * g;
    var = var - g * lr * (N(1) / Sqrt(accum));
  }
};

template <class N, class Flag>
struct AdagradV2Rule {
  static constexpr absl::string_view kOp = "ResourceApplyAdagradV2", kFlag = "update_slots";
  static constexpr int kVariables = 2, kScalars = 2, kGrad = 4;
  N lr, epsilon;
  Flag update_slots;
  EAGER_HOST_DEVICE AdagradV2Rule(const N* s, Flag flag) : lr(s[0]), epsilon(s[1]), update_slots(flag) {}
  EAGER_HOST_DEVICE void operator()(N& var, N& accum, N g) const {
    if (update_slots) accum = accum + g * g;
    var = var - g * lr / (Sqrt(accum) + epsilon);
  }
};

template <class N, class Flag>
struct KerasAdagradRule {
  static constexpr absl::string_view kOp = "ResourceApplyKerasAdagrad", kFlag = "";
  static constexpr int kVariables = 2, kScalars = 2, kGrad = 4;
  N lr, epsilon;
  EAGER_HOST_DEVICE KerasAdagradRule(const N* s, Flag) : lr(s[0]), epsilon(s[1]) {}
  EAGER_HOST_DEVICE void operator()(N& var, N& accum, N g) const {
    accum = accum + g * g;
    var = var - (g * lr) / Sqrt(accum + epsilon);
  }
};

template <class N, class Flag>
struct AdadeltaRule {
  static constexpr absl::string_view kOp = "ResourceApplyAdadelta", kFlag = "";
  static constexpr int kVariables = 3, kScalars = 3, kGrad = 6;
  N lr, rho, rest, epsilon;
  EAGER_HOST_DEVICE AdadeltaRule(const N* s, Flag) : lr(s[0]), rho(s[1]), rest(N(1) - s[1]), epsilon(s[2]) {}
  EAGER_HOST_DEVICE void operator()(N& var, N& accum, N& accum_update, N g) const {
    accum = accum * rho + g * g * rest;
    const N update = Sqrt(accum_update + epsilon) * (N(1) / Sqrt(accum + epsilon)) * g;
    var = var - update * lr;
    accum_update = accum_update * rho + update * update * rest;
  }
};

// What the rules of FTRL-proximal know of a step.
template <class N>
struct FtrlScalars {
  N lr, l1, l2, power;
  EAGER_HOST_DEVICE FtrlScalars(N lr, N l1, N l2, N lr_power) : lr(lr), l1(l1), l2(l2), power(N(0) - lr_power) {}
  EAGER_HOST_DEVICE void Apply(N& var, N& accum, N& linear, N g, N shrunk, bool multiply) const {
    const N sum = accum + g * g;
    const N now = Power(sum), grown = now - Power(accum);
    linear = multiply ? linear + (shrunk * lr - grown * var) : linear + (shrunk - grown / lr * var);
    const N limit = multiply ? l1 * lr : l1, twice = N(2) * l2;
    const N x = linear < N(0) ? N(0) - limit - linear : limit - linear;
    const N y = multiply ? now + twice * lr : now / lr + twice;
    var = limit < Abs(linear) ? x / y : N(0);
    accum = sum;
  }
  EAGER_HOST_DEVICE N Power(N x) const {
    const bool root = !(power < N(0.5f)) && !(N(0.5f) < power);
    return root ? Sqrt(x) : Pow(x, power);
  }
};

template <class N, class Flag>
struct FtrlRule {
  static constexpr absl::string_view kOp = "ResourceApplyFtrl", kFlag = "multiply_linear_by_lr";
  static constexpr int kVariables = 3, kScalars = 4, kGrad = 3;
  FtrlScalars<N> c;
  Flag multiply;
  EAGER_HOST_DEVICE FtrlRule(const N* s, Flag flag) : c(s[0], s[1], s[2], s[3]), multiply(flag) {}
  EAGER_HOST_DEVICE void operator()(N& var, N& accum, N& linear, N g) const { c.Apply(var, accum, linear, g, g, multiply); }
};

template <class N, class Flag>
struct FtrlV2Rule {
  static constexpr absl::string_view kOp = "ResourceApplyFtrlV2", kFlag = "multiply_linear_by_lr";
  static constexpr int kVariables = 3, kScalars = 5, kGrad = 3;
  FtrlScalars<N> c;
  N shrinkage;
  Flag multiply;
  EAGER_HOST_DEVICE FtrlV2Rule(const N* s, Flag flag)
      : c(s[0], s[1], s[2], s[4]), shrinkage(N(2) * s[3]), multiply(flag) {}
  EAGER_HOST_DEVICE void operator()(N& var, N& accum, N& linear, N g) const {
    c.Apply(var, accum, linear, g, g + shrinkage * var, multiply);
  }
};

template <class N, class Flag>
struct KerasWeightDecayRule {
  static constexpr absl::string_view kOp = "ResourceApplyKerasWeightDecay", kFlag = "";
  static constexpr int kVariables = 1, kScalars = 2, kGrad = kNoGrad;
  N weight_decay, lr;
  EAGER_HOST_DEVICE KerasWeightDecayRule(const N* s, Flag) : weight_decay(s[0]), lr(s[1]) {}
  EAGER_HOST_DEVICE void operator()(N& var, N) const { var = var - var * weight_decay * lr; }
};

template <template <class, class> class... Rules>
struct RuleList {};
using TrainingRules = RuleList<MomentumRule, KerasMomentumRule, AdamRule, AdamWithAmsgradRule, AdaMaxRule, RMSPropRule,
                               CenteredRMSPropRule, KerasRMSPropRule, KerasCenteredRMSPropRule, AdagradRule,
                               AdagradV2Rule, KerasAdagradRule, AdadeltaRule, FtrlRule, FtrlV2Rule, KerasWeightDecayRule>;

// The input that is scalar `i` of a rule.
template <class Rule>
constexpr int ScalarInput(int i) {
  const int input = Rule::kVariables + i;
  return Rule::kGrad != kNoGrad && input >= Rule::kGrad ? input + 1 : input;
}

}  // namespace eager::server::training
