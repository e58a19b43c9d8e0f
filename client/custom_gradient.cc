#include "client/custom_gradient.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/core/backward.h"
#include "client/core/call.h"
#include "client/core/throw.h"
#include "client/core/variable_reads.h"

namespace eager::internal {
namespace {

// Without those that are arguments, each once.
std::vector<Variable> Captured(const std::vector<Variable>& read, const std::vector<Variable>& arguments) {
  std::vector<Variable> captured;
  const auto has = [](const std::vector<Variable>& list, const Variable& v) {
    return std::any_of(list.begin(), list.end(), [&](const Variable& o) { return o.handle().state() == v.handle().state(); });
  };
  for (const Variable& v : read) {
    if (!has(arguments, v) && !has(captured, v)) captured.push_back(v);
  }
  return captured;
}

}  // namespace

std::vector<Tensor> RunCustom(const std::vector<Tensor>& inputs, const std::vector<Variable>& variable_inputs,
                              const std::function<CustomResult()>& function, std::source_location where) {
  std::vector<Variable> read;
  CustomResult result;
  {
    const VariableReads reads(&read);
    result = function();
  }
  const std::vector<Variable> variables = Captured(read, variable_inputs);
  if (!variables.empty() && !result.takes_variables) {
    const auto name = [](std::string* out, const Variable& v) { absl::StrAppend(out, v.name()); };
    throw Error(absl::InvalidArgumentError(
                    absl::StrCat("custom_gradient: the function reads the variables {", absl::StrJoin(variables, ", ", name),
                                 "}, so its gradient function must take a const std::vector<Variable>& as well and "
                                 "return their gradients after those of its inputs")),
                where);
  }
  if (result.outputs.empty()) return {};

  std::vector<StateRef> recorded, made;
  for (const Tensor& t : inputs) recorded.push_back(t.state());
  for (const Variable& v : variables) recorded.push_back(v.handle().state());
  std::vector<Tensor> outputs;
  for (size_t i = 0; i < result.outputs.size(); ++i) {
    if (!result.outputs[i].valid()) {
      throw Error(absl::InvalidArgumentError(absl::StrCat("custom_gradient: output ", i, " is an empty Tensor")), where);
    }
    // A tensor of its own: the function may return an input, or what its ops have made and the tape knows.
    const NoTapes quiet;
    const Operand output(result.outputs[i], where);
    outputs.push_back(Call1(Op("Identity"), {&output, 1}, {}, where));
    made.push_back(outputs.back().state());
  }
  for (const auto* list : {&recorded, &made}) {
    for (const StateRef& t : *list) ThrowIfError(ResolveShape(*t), where);
  }
  RecordClosure(recorded, made, [gradient = std::move(result.gradient), variables](const std::vector<Tensor>& upstream) {
    return gradient(upstream, variables);
  });
  return outputs;
}

}  // namespace eager::internal
