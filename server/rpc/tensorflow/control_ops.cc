// Ops that call functions: calls, conditions, loops.
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/rpc/tensorflow/op_call.h"
#include "server/rpc/tensorflow/runner.h"

namespace eager::server::tf {
namespace {

// What TensorFlow takes for true: a number that is not 0, a string that is not empty, any other tensor that has elements.
absl::StatusOr<bool> IsTrue(const Value& value) {
  if (!value.tensor || value.tensor->is_variable()) return absl::InvalidArgumentError("a condition must be a tensor");
  ASSIGN_OR_RETURN(const HostTensor host, ToHost(*value.tensor));
  if (!host.shape().is_scalar()) return host.num_elements() > 0;
  if (host.dtype() == DType::kString) return !host.string_at(0).empty();
  if (host.dtype() == DType::kFloat32) return host.values<float>()[0] != 0;
  if (host.dtype() == DType::kFloat64) return host.values<double>()[0] != 0;
  for (char byte : host.bytes()) {
    if (byte != 0) return true;
  }
  return false;
}

absl::Status Finish(OpCall& call, absl::StatusOr<Values> results) {
  RETURN_IF_ERROR(results.status());
  call.outputs() = *std::move(results);
  return absl::OkStatus();
}

absl::Status Call(OpCall& call) {
  ASSIGN_OR_RETURN(const auto* function, call.attrs().Func("f"));
  return Finish(call, call.runner().Call(*function, std::move(call.inputs()), call.frame()));
}

Values AllButFirst(OpCall& call) {
  Values& inputs = call.inputs();
  return Values(std::make_move_iterator(inputs.begin() + 1), std::make_move_iterator(inputs.end()));
}

absl::Status If(OpCall& call) {
  if (call.num_inputs() == 0) return call.Invalid("the condition is missing");
  ASSIGN_OR_RETURN(const bool condition, IsTrue(call.inputs()[0]));
  ASSIGN_OR_RETURN(const auto* branch, call.attrs().Func(condition ? "then_branch" : "else_branch"));
  return Finish(call, call.runner().Call(*branch, AllButFirst(call), call.frame()));
}

// An index out of range stands for the last branch.
absl::Status Case(OpCall& call) {
  ASSIGN_OR_RETURN(const int64_t index, call.integer(0));
  ASSIGN_OR_RETURN(const auto branches, call.attrs().Funcs("branches"));
  if (branches.empty()) return call.Invalid("there are no branches");
  const auto last = static_cast<int64_t>(branches.size()) - 1;
  const auto* branch = branches[static_cast<size_t>(index < 0 || index > last ? last : index)];
  return Finish(call, call.runner().Call(*branch, AllButFirst(call), call.frame()));
}

absl::Status While(OpCall& call) {
  ASSIGN_OR_RETURN(const auto* condition, call.attrs().Func("cond"));
  ASSIGN_OR_RETURN(const auto* body, call.attrs().Func("body"));
  Values values = std::move(call.inputs());
  const size_t n = values.size();
  while (true) {
    ASSIGN_OR_RETURN(const Values answer, call.runner().Call(*condition, values, call.frame()));
    if (answer.size() != 1) return call.Invalid(absl::StrCat("the condition gives ", answer.size(), " values"));
    ASSIGN_OR_RETURN(const bool goes_on, IsTrue(answer[0]));
    if (!goes_on) break;
    ASSIGN_OR_RETURN(values, call.runner().Call(*body, std::move(values), call.frame()));
    if (values.size() != n) return call.Invalid(absl::StrCat("the body takes ", n, " values and gives ", values.size()));
  }
  call.outputs() = std::move(values);
  return absl::OkStatus();
}

constexpr OpRow kRows[] = {
    {"PartitionedCall", "output", &Call},
    {"StatefulPartitionedCall", "output", &Call, /*stateful=*/true},
    {"If", "output", &If, /*stateful=*/true},
    {"StatelessIf", "output", &If},
    {"Case", "output", &Case, /*stateful=*/true},
    {"StatelessCase", "output", &Case},
    {"While", "output", &While, /*stateful=*/true},
    {"StatelessWhile", "output", &While},
};

}  // namespace

absl::Span<const OpRow> ControlOps() { return kRows; }

}  // namespace eager::server::tf
