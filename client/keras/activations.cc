#include "client/keras/activations.h"

#include <cmath>
#include <map>
#include <numbers>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/math.h"
#include "client/op.h"
#include "client/variable.h"

namespace eager::keras {
namespace {

Tensor Run(const char* name, const Operand& x, const NamedAttrs& attrs = {}) {
  return op(name, {x}, attrs, x.where())[0];
}

int RankOf(const Operand& x) {
  return x.variable() != nullptr ? x.variable()->shape().rank()
         : x.tensor() != nullptr ? x.tensor()->rank(x.where())
                                 : 0;
}

const std::map<std::string, ActivationFn::Function>& ByName() {
  using namespace activations;  // NOLINT
  static const auto* functions = new std::map<std::string, ActivationFn::Function>{
      {"elu", [](const Operand& x) { return elu(x); }},
      {"exponential", exponential},
      {"gelu", [](const Operand& x) { return gelu(x); }},
      {"hard_sigmoid", hard_sigmoid},
      {"leaky_relu", [](const Operand& x) { return leaky_relu(x); }},
      {"linear", nullptr},
      {"mish", mish},
      {"relu", [](const Operand& x) { return Run("Relu", x); }},
      {"selu", selu},
      {"sigmoid", sigmoid},
      {"softmax", [](const Operand& x) { return softmax(x); }},
      {"softplus", softplus},
      {"softsign", softsign},
      {"swish", swish},
      {"tanh", activations::tanh},
  };
  return *functions;
}

ActivationFn::Function Find(const std::string& name, std::source_location where) {
  const auto found = ByName().find(name);
  if (found != ByName().end()) return found->second;
  throw Error(absl::InvalidArgumentError(absl::StrCat(
                  "unknown activation function '", name, "'; known are ",
                  absl::StrJoin(ByName(), ", ", [](std::string* out, const auto& item) { out->append(item.first); }))),
              where);
}

}  // namespace

ActivationFn::ActivationFn(const char* name, std::source_location where) : function_(Find(name, where)) {}
ActivationFn::ActivationFn(const std::string& name, std::source_location where) : function_(Find(name, where)) {}

namespace activations {

// A tensor beside a number, or beside another tensor, with x's line.
#define EAGER_AT(value) Operand(value, x.where())

Tensor elu(const Operand& x, double alpha) {
  const Tensor y = Run("Elu", x);
  if (alpha == 1) return y;
  return eager::where(EAGER_AT(eager::greater(x, EAGER_AT(0))), y, y * alpha);
}

Tensor exponential(const Operand& x) { return eager::exp(x); }

Tensor gelu(const Operand& x, bool approximate) {
  if (approximate) {
    const Tensor cubic = eager::multiply(EAGER_AT(0.044715), EAGER_AT(eager::pow(x, EAGER_AT(3))));
    const Tensor inner = eager::multiply(EAGER_AT(std::sqrt(2 / std::numbers::pi)), EAGER_AT(eager::add(x, cubic)));
    return eager::multiply(EAGER_AT(eager::multiply(EAGER_AT(0.5), x)), EAGER_AT(1 + eager::tanh(inner)));
  }
  const Tensor erf = Run("Erf", EAGER_AT(eager::divide(x, EAGER_AT(std::numbers::sqrt2))));
  return eager::multiply(EAGER_AT(eager::multiply(EAGER_AT(0.5), x)), EAGER_AT(1 + erf));
}

Tensor hard_sigmoid(const Operand& x) {
  const Tensor line = EAGER_AT(eager::multiply(x, EAGER_AT(0.2))) + 0.5;
  return op("ClipByValue", {EAGER_AT(line), 0, 1}, {}, x.where())[0];
}

Tensor leaky_relu(const Operand& x, double alpha) {
  return Run("LeakyRelu", x, {{"alpha", static_cast<float>(alpha)}});
}

Tensor linear(const Operand& x) { return identity(x); }

Tensor mish(const Operand& x) { return eager::multiply(x, eager::tanh(EAGER_AT(softplus(x)))); }

Tensor relu(const Operand& x, const ReluOptions& options) {
  // As Keras's backend.relu: the part below the threshold first, then what is above it.
  std::optional<Tensor> negative;
  if (options.alpha != 0) {
    if (!options.max_value.has_value() && options.threshold == 0) return leaky_relu(x, options.alpha);
    negative = Run("Relu", EAGER_AT(options.threshold != 0 ? eager::subtract(EAGER_AT(options.threshold), x)
                                                           : eager::negative(x)));
  }
  Tensor y;
  bool clip = options.max_value.has_value();
  if (options.threshold != 0) {
    const Tensor above = eager::greater(x, EAGER_AT(options.threshold));
    const DType dtype = x.variable() != nullptr ? x.variable()->dtype() : x.tensor()->dtype();
    y = eager::multiply(x, eager::cast(EAGER_AT(above), dtype));
  } else if (clip && *options.max_value == 6) {
    y = Run("Relu6", x);
    clip = false;
  } else {
    y = Run("Relu", x);
  }
  if (clip) y = op("ClipByValue", {EAGER_AT(y), 0, *options.max_value}, {}, x.where())[0];
  if (negative.has_value()) y = EAGER_AT(y) - EAGER_AT(*negative) * options.alpha;
  return y;
}

Tensor selu(const Operand& x) { return Run("Selu", x); }
Tensor sigmoid(const Operand& x) { return eager::sigmoid(x); }

Tensor softmax(const Operand& x, int64_t axis) {
  const int rank = RankOf(x);
  if (rank == 0)
    throw Error(absl::InvalidArgumentError("softmax: expected at least one axis, got a scalar"), x.where());
  if (axis < -rank || axis >= rank) {
    throw Error(
        absl::InvalidArgumentError(absl::StrCat("softmax: axis ", axis, " is not in [", -rank, ", ", rank, ")")),
        x.where());
  }
  if (axis < 0) axis += rank;
  if (axis == rank - 1) return Run("Softmax", x);
  // The op works along the last axis.
  std::vector<int64_t> swapped(static_cast<size_t>(rank));
  for (int i = 0; i < rank; ++i) swapped[static_cast<size_t>(i)] = i;
  std::swap(swapped[static_cast<size_t>(axis)], swapped.back());
  return transpose(EAGER_AT(Run("Softmax", EAGER_AT(transpose(x, swapped)))), swapped);
}

Tensor softplus(const Operand& x) { return Run("Softplus", x); }
Tensor softsign(const Operand& x) { return Run("Softsign", x); }
Tensor swish(const Operand& x) { return eager::multiply(x, eager::sigmoid(x)); }
Tensor tanh(const Operand& x) { return eager::tanh(x); }

#undef EAGER_AT

}  // namespace activations
}  // namespace eager::keras
