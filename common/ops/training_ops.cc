// Optimizers' steps: one op reads and writes a variable and its slots in one pass over their elements.
//
// `grad` has the variable's shape, every other tensor is a scalar, and all variables of a call are different ones of the
// same dtype and shape. What TensorFlow's set lacks are the rules of Keras that its ops do not compute: they are called
// ResourceApplyKeras… as TensorFlow's own ResourceApplyKerasMomentum is.
#include "absl/strings/str_cat.h"
#include "common/ops/op_table.h"
#include "common/ops/shape_context.h"

namespace eager {
namespace {

absl::Status UpdateShape(ShapeContext& c) {
  const TensorSpec& var = c.variable(0);
  const auto error = [&](auto&&... parts) { return absl::InvalidArgumentError(absl::StrCat(parts...)); };
  for (int i = 0; i < c.num_inputs(); ++i) {
    const ArgSpec& arg = c.op().inputs[i];
    if (arg.dtype == DType::kResource) {
      if (c.variable(i) == var) continue;
      return error("var and ", arg.name, " do not have the same dtype and shape: ", var.ToString(), ", ",
                   c.variable(i).ToString());
    }
    if (c.dtype(i) != var.dtype) {
      return error("var is ", var.ToString(), ", but ", arg.name, " is of dtype ", Name(c.dtype(i)));
    }
    if (arg.name != "grad") {
      if (!c.input(i).is_scalar()) return error(arg.name, " is not a scalar: ", c.input(i).ToString());
    } else if (c.input(i) != var.shape) {
      return error("var and grad do not have the same shape: ", var.shape.ToString(), ", ", c.input(i).ToString());
    }
  }
  return absl::OkStatus();
}

#define TRAINING_DTYPES                                                                                             \
  "T: {float, double, int32, uint8, int16, int8, complex64, int64, bfloat16, uint16, complex128, half, uint32, " \
  "uint64}, use_locking: bool = false"

// All rows are alike in all but their words.
constexpr OpDef Row(absl::string_view name, absl::string_view doc, absl::string_view inputs,
                    absl::string_view attrs = TRAINING_DTYPES) {
  return {.name = name,
          .doc = doc,
          .inputs = inputs,
          .outputs = "",
          .attrs = attrs,
          .shape = &UpdateShape,
          .gradient = &NotDifferentiable,
          .effect = Effect::kStateful};
}

constexpr OpDef kOps[] = {
    Row("ResourceApplyMomentum",
        "accum = accum * momentum + grad; var -= lr * accum. With use_nesterov, var -= lr * (grad + momentum * accum).",
        "var: resource, accum: resource, lr: T, grad: T, momentum: T", TRAINING_DTYPES ", use_nesterov: bool = false"),
    Row("ResourceApplyKerasMomentum",
        "accum = accum * momentum - lr * grad; var += accum. With use_nesterov, var += accum * momentum - lr * grad.",
        "var: resource, accum: resource, lr: T, grad: T, momentum: T", TRAINING_DTYPES ", use_nesterov: bool = false"),
    Row("ResourceApplyAdam",
        "m += (1 - beta1) * (grad - m); v += (1 - beta2) * (grad^2 - v); var -= alpha * m / (sqrt(v) + epsilon), where "
        "alpha = lr * sqrt(1 - beta2_power) / (1 - beta1_power). With use_nesterov, beta1 * m + (1 - beta1) * grad stands "
        "for the last m.",
        "var: resource, m: resource, v: resource, beta1_power: T, beta2_power: T, lr: T, beta1: T, beta2: T, epsilon: T, "
        "grad: T",
        TRAINING_DTYPES ", use_nesterov: bool = false"),
    Row("ResourceApplyAdamWithAmsgrad",
        "ResourceApplyAdam, dividing by sqrt(vhat) + epsilon, where vhat = max(vhat, v).",
        "var: resource, m: resource, v: resource, vhat: resource, beta1_power: T, beta2_power: T, lr: T, beta1: T, "
        "beta2: T, epsilon: T, grad: T"),
    Row("ResourceApplyAdaMax",
        "m += (1 - beta1) * (grad - m); v = max(beta2 * v, |grad|); var -= lr / (1 - beta1_power) * m / (v + epsilon).",
        "var: resource, m: resource, v: resource, beta1_power: T, lr: T, beta1: T, beta2: T, epsilon: T, grad: T"),
    Row("ResourceApplyRMSProp",
        "ms += (1 - rho) * (grad^2 - ms); mom = momentum * mom + lr * grad / sqrt(ms + epsilon); var -= mom.",
        "var: resource, ms: resource, mom: resource, lr: T, rho: T, momentum: T, epsilon: T, grad: T"),
    Row("ResourceApplyCenteredRMSProp",
        "ResourceApplyRMSProp, dividing by sqrt(ms - mg^2 + epsilon), where mg += (1 - rho) * (grad - mg).",
        "var: resource, mg: resource, ms: resource, mom: resource, lr: T, rho: T, momentum: T, epsilon: T, grad: T"),
    Row("ResourceApplyKerasRMSProp",
        "ms += (1 - rho) * (grad^2 - ms); var -= lr * grad / sqrt(ms + epsilon): ResourceApplyRMSProp without a slot for a "
        "momentum that is 0.",
        "var: resource, ms: resource, lr: T, rho: T, epsilon: T, grad: T"),
    Row("ResourceApplyKerasCenteredRMSProp",
        "ResourceApplyCenteredRMSProp without a slot for a momentum that is 0.",
        "var: resource, mg: resource, ms: resource, lr: T, rho: T, epsilon: T, grad: T"),
    Row("ResourceApplyAdagrad",
        "accum += grad^2, unless update_slots is false; var -= lr * grad / sqrt(accum).",
        "var: resource, accum: resource, lr: T, grad: T", TRAINING_DTYPES ", update_slots: bool = true"),
    Row("ResourceApplyAdagradV2",
        "accum += grad^2, unless update_slots is false; var -= lr * grad / (sqrt(accum) + epsilon).",
        "var: resource, accum: resource, lr: T, epsilon: T, grad: T", TRAINING_DTYPES ", update_slots: bool = true"),
    Row("ResourceApplyKerasAdagrad",
        "accum += grad^2; var -= lr * grad / sqrt(accum + epsilon).",
        "var: resource, accum: resource, lr: T, epsilon: T, grad: T"),
    Row("ResourceApplyAdadelta",
        "accum = rho * accum + (1 - rho) * grad^2; update = sqrt(accum_update + epsilon) / sqrt(accum + epsilon) * grad; "
        "var -= lr * update; accum_update = rho * accum_update + (1 - rho) * update^2.",
        "var: resource, accum: resource, accum_update: resource, lr: T, rho: T, epsilon: T, grad: T"),
    Row("ResourceApplyFtrl",
        "FTRL-proximal: accum += grad^2; linear += grad - (accum^-lr_power - old accum^-lr_power) / lr * var; var = "
        "(sign(linear) * l1 - linear) / (accum^-lr_power / lr + 2 * l2) where |linear| > l1, else 0. With "
        "multiply_linear_by_lr, linear and l1 are lr times as much.",
        "var: resource, accum: resource, linear: resource, grad: T, lr: T, l1: T, l2: T, lr_power: T",
        TRAINING_DTYPES ", multiply_linear_by_lr: bool = false"),
    Row("ResourceApplyFtrlV2",
        "ResourceApplyFtrl with 2 * l2_shrinkage * var added to the gradient in linear.",
        "var: resource, accum: resource, linear: resource, grad: T, lr: T, l1: T, l2: T, l2_shrinkage: T, lr_power: T",
        TRAINING_DTYPES ", multiply_linear_by_lr: bool = false"),
    Row("ResourceApplyKerasWeightDecay",
        "var -= var * weight_decay * lr.",
        "var: resource, weight_decay: T, lr: T"),
};

#undef TRAINING_DTYPES

}  // namespace

absl::Span<const OpDef> TrainingOps() { return kOps; }

}  // namespace eager
