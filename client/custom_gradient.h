// Functions with gradients of their own: TensorFlow's tf.custom_gradient.
//
//   auto log1pexp = eager::custom_gradient([](const Tensor& x) {
//     Tensor e = exp(x);
//     return std::pair(log(1 + e), [=](const Tensor& dy) { return dy * (1 - 1 / (1 + e)); });
//   });
//   Tensor y = log1pexp(x);
#pragma once

#include <concepts>
#include <functional>
#include <optional>
#include <source_location>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "client/constant.h"
#include "client/tensor.h"
#include "client/variable.h"

namespace eager {

// Gradients by input; nullopt for none.
using OptionalTensors = std::vector<std::optional<Tensor>>;

namespace internal {

struct CustomResult {
  std::vector<Tensor> outputs;
  // Gets what flows into each output, and the variables that the function read; gives a gradient for each input, then for
  // each variable.
  std::function<OptionalTensors(const std::vector<Tensor>& upstream, const std::vector<Variable>& variables)> gradient;
  bool takes_variables = false;
};

// Runs `function` and records its outputs with its gradient in place of its ops.
std::vector<Tensor> RunCustom(const std::vector<Tensor>& inputs, const std::vector<Variable>& variable_inputs,
                              const std::function<CustomResult()>& function, std::source_location where);

// What a gradient function may return, as a list.
inline OptionalTensors GradientList(const Tensor& one) { return {one}; }
inline OptionalTensors GradientList(const std::optional<Tensor>& one) { return {one}; }
inline OptionalTensors GradientList(const std::vector<Tensor>& list) { return {list.begin(), list.end()}; }
inline OptionalTensors GradientList(const OptionalTensors& list) { return list; }
template <class... T>
OptionalTensors GradientList(const std::tuple<T...>& list) {
  return std::apply([](const auto&... one) { return OptionalTensors{std::optional<Tensor>(one)...}; }, list);
}
template <class A, class B>
OptionalTensors GradientList(const std::pair<A, B>& two) {
  return {std::optional<Tensor>(two.first), std::optional<Tensor>(two.second)};
}

// A function with one output takes its upstream as a Tensor, one with a list of them as a list.
template <class Outputs>
struct OutputsOf;
template <>
struct OutputsOf<Tensor> {
  static std::vector<Tensor> List(const Tensor& t) { return {t}; }
  static Tensor From(const std::vector<Tensor>& list) { return list[0]; }
};
template <>
struct OutputsOf<std::vector<Tensor>> {
  static const std::vector<Tensor>& List(const std::vector<Tensor>& list) { return list; }
  static const std::vector<Tensor>& From(const std::vector<Tensor>& list) { return list; }
};

template <class Outputs, class Gradient>
CustomResult MakeCustomResult(std::pair<Outputs, Gradient> result) {
  using Of = OutputsOf<Outputs>;
  using Variables = const std::vector<Variable>&;
  constexpr bool kTakesVariables = std::is_invocable_v<Gradient&, const Outputs&, Variables>;
  static_assert(kTakesVariables || std::is_invocable_v<Gradient&, const Outputs&>,
                "custom_gradient: the gradient function takes what flows into the output as the function gives it, a "
                "Tensor or a std::vector<Tensor>, and may take a const std::vector<Variable>& after it");
  return {Of::List(result.first),
          [gradient = std::move(result.second)](const std::vector<Tensor>& upstream, Variables variables) mutable {
            if constexpr (kTakesVariables) {
              auto [inputs, of_variables] = gradient(Of::From(upstream), variables);
              OptionalTensors all = GradientList(inputs);
              for (auto& one : GradientList(of_variables)) all.push_back(std::move(one));
              return all;
            } else {
              return GradientList(gradient(Of::From(upstream)));
            }
          },
          kTakesVariables};
}

}  // namespace internal

// What custom_gradient() gives: call it with tensors, variables or numbers.
template <class Function>
class CustomGradientFunction {
 public:
  CustomGradientFunction(Function function, std::source_location where)
      : function_(std::move(function)), where_(where) {}

  // The function's output or outputs. Throws what the function throws; INVALID_ARGUMENT if it reads trainable variables
  // that are no arguments, and its gradient function does not take them.
  template <class... Args>
    requires(std::convertible_to<const Args&, Operand> && ...)
  auto operator()(const Args&... args) const {
    const std::tuple inputs{Input(args)...};
    const std::vector<Tensor> list = std::apply([](const auto&... t) { return std::vector<Tensor>{t...}; }, inputs);
    std::vector<Variable> variables;
    (AddVariable(args, &variables), ...);
    using Result = decltype(std::apply(function_, inputs));
    using Outputs = std::remove_cvref_t<typename Result::first_type>;
    const std::vector<Tensor> outputs = internal::RunCustom(
        list, variables, [&] { return internal::MakeCustomResult(std::apply(function_, inputs)); }, where_);
    return Outputs(internal::OutputsOf<Outputs>::From(outputs));
  }

 private:
  Tensor Input(const Tensor& t) const { return t; }
  Tensor Input(const Variable& v) const { return v.read_value(where_); }
  template <HostScalar T>
  Tensor Input(T value) const {
    return constant(value, where_);
  }
  static void AddVariable(const Variable& v, std::vector<Variable>* variables) { variables->push_back(v); }
  template <class T>
  static void AddVariable(const T&, std::vector<Variable>*) {}

  Function function_;
  std::source_location where_;
};

// A function whose gradient tapes take from a closure of its own. `function` gets the inputs as Tensors and returns
// std::pair(output, gradient): the output is a Tensor or a std::vector<Tensor>; `gradient` gets what flows into it (zeros
// where nothing does) and returns the gradient of each input, of the input's dtype and shape: a Tensor, an
// std::optional<Tensor>, or a vector, pair or tuple of these. If the function reads trainable variables that are not its
// arguments, `gradient` takes them as a second argument, const std::vector<Variable>&, and returns std::pair(gradients of
// the inputs, gradients of the variables).
//
// Both run in the program, on the calling thread: the function at the call, the gradient within GradientTape::gradient,
// which waits while there are such functions on its tape. They may read values, print, capture tensors and variables, use
// tapes and other such functions; what the gradient does is recorded by outer tapes, so it can be differentiated again. What
// they throw comes out of the call or of gradient(); the session goes on.
template <class Function>
CustomGradientFunction<Function> custom_gradient(Function function,
                                                 std::source_location where = std::source_location::current()) {
  return {std::move(function), where};
}

}  // namespace eager
