// Activation functions: by name, and as functions of a tensor. None waits.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>

#include "client/tensor.h"

namespace eager::keras {

// What a layer takes as its `activation`: a name ("relu"), a function, or nothing. Thread-safe to call.
class ActivationFn {
 public:
  using Function = std::function<Tensor(const Operand&)>;

  ActivationFn() = default;        // linear: the tensor as it is
  ActivationFn(std::nullptr_t) {}  // NOLINT: as Python's None
  // INVALID_ARGUMENT for a name that is none of activations.h; the message lists them.
  ActivationFn(const char* name, std::source_location where = std::source_location::current());         // NOLINT
  ActivationFn(const std::string& name, std::source_location where = std::source_location::current());  // NOLINT
  template <class F>
  requires std::is_invocable_r_v<Tensor, const F&, const Tensor&> ActivationFn(F function)  // NOLINT
      : function_([function = std::move(function)](const Operand& x) -> Tensor {
          if constexpr (std::is_invocable_v<const F&, const Operand&>) {
            return function(x);
          } else {
            return function(*x.tensor());
          }
        }) {}

  // The activation of a tensor.
  Tensor operator()(const Operand& x) const { return function_ ? function_(x) : *x.tensor(); }
  explicit operator bool() const { return static_cast<bool>(function_); }  // false: linear

 private:
  Function function_;
};

namespace activations {

Tensor elu(const Operand& x, double alpha = 1);
Tensor exponential(const Operand& x);
Tensor gelu(const Operand& x, bool approximate = false);
Tensor hard_sigmoid(const Operand& x);  // 0.2 x + 0.5, cut to [0, 1]
Tensor leaky_relu(const Operand& x, double alpha = 0.2);
Tensor linear(const Operand& x);
Tensor mish(const Operand& x);  // x tanh(softplus(x))
// max(x, threshold), cut at max_value; below the threshold alpha (x - threshold).
struct ReluOptions {
  double alpha = 0;
  std::optional<double> max_value;
  double threshold = 0;
};
Tensor relu(const Operand& x, const ReluOptions& options = {});
Tensor selu(const Operand& x);
Tensor sigmoid(const Operand& x);
// exp(x) / sum(exp(x)) along an axis. INVALID_ARGUMENT for a scalar.
Tensor softmax(const Operand& x, int64_t axis = -1);
Tensor softplus(const Operand& x);
Tensor softsign(const Operand& x);
Tensor swish(const Operand& x);  // x sigmoid(x)
Tensor tanh(const Operand& x);

}  // namespace activations
}  // namespace eager::keras
