#include "client/shared_variables.h"

#include "client/core/context_state.h"
#include "client/core/throw.h"
#include "common/status_macros.h"

namespace eager {
namespace {

absl::StatusOr<SharedVariableInfo> FromWire(const v1::VariableInfo& info) {
  SharedVariableInfo variable{.name = info.name(), .bytes = info.bytes(), .device = info.device(), .sessions = info.sessions(),
                              .has_value = info.has_value()};
  ASSIGN_OR_RETURN(variable.dtype, ParseDType(info.dtype()));
  ASSIGN_OR_RETURN(variable.shape, Shape::Make(absl::MakeConstSpan(info.shape().data(), static_cast<size_t>(info.shape().size()))));
  return variable;
}

}  // namespace

std::vector<SharedVariableInfo> list_variables(const Context& context, const std::string& name, std::source_location where) {
  v1::ListVariablesRequest request;
  request.set_name(name);
  const v1::ListVariablesResponse response = internal::ValueOrThrow(context.state()->session().ListVariables(request), where);
  std::vector<SharedVariableInfo> list;
  for (const v1::VariableInfo& info : response.variables()) list.push_back(internal::ValueOrThrow(FromWire(info), where));
  return list;
}

std::vector<SharedVariableInfo> list_variables(const std::string& name, std::source_location where) {
  return list_variables(Context::Default(where), name, where);
}

void delete_variable(const Context& context, const std::string& name, std::source_location where) {
  v1::DeleteVariableRequest request;
  request.set_name(name);
  internal::ThrowIfError(context.state()->session().DeleteVariable(request), where);
}

void delete_variable(const std::string& name, std::source_location where) {
  delete_variable(Context::Default(where), name, where);
}

}  // namespace eager
