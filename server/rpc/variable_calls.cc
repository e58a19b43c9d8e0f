#include "server/rpc/variable_calls.h"

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/rpc/json_tensor.h"

namespace eager::server {
namespace {

constexpr size_t kMaxJsonBytes = 256 << 10;  // of values; their text fits gRPC's usual limit of 4 MiB

absl::StatusOr<NamedVariables::Listed> Find(Tenant& tenant, const std::string& name) {
  for (NamedVariables::Listed& listed : tenant.variables().List()) {
    if (listed.name == name) return std::move(listed);
  }
  return absl::NotFoundError(absl::StrCat("there is no variable '", name, "'"));
}

absl::Status CheckFolder(const StateFolder* state) {
  if (state != nullptr) return absl::OkStatus();
  return absl::FailedPreconditionError("this daemon has no state folder: start it with --state DIR (EAGERD_STATE)");
}

}  // namespace

absl::Status GetVariable(TenantSet& tenants, const Caller& caller, const v1::GetVariableRequest& request,
                         v1::GetVariableResponse* response) {
  ASSIGN_OR_RETURN(const std::shared_ptr<Tenant> tenant, TenantFor(tenants, caller, request.tenant()));
  ASSIGN_OR_RETURN(const NamedVariables::Listed found, Find(*tenant, request.name()));
  DescribeVariable(*tenant, found, response->mutable_variable());
  const TensorRef value = found.variable->Read();
  if (!value) return found.variable->NoValue();
  if (value->num_bytes() > kMaxJsonBytes) {
    return absl::ResourceExhaustedError(absl::StrCat("variable '", request.name(), "' has ", value->num_bytes(), " bytes, and at most ",
                                                     kMaxJsonBytes, " are given as JSON; export it, or read it in a session"));
  }
  ASSIGN_OR_RETURN(const HostTensor host, ToHost(*value));
  return ToJson(host, response->mutable_value());
}

absl::Status PutVariable(SessionRegistry& sessions, const Caller& caller, const v1::PutVariableRequest& request,
                         v1::VariableInfo* response) {
  ASSIGN_OR_RETURN(const std::shared_ptr<Tenant> tenant, TenantFor(sessions.tenants(), caller, request.tenant()));
  ASSIGN_OR_RETURN(const JsonValues values, JsonValues::Parse(request.value()));
  const auto there = tenant->variables().Find(request.name());
  DType dtype = values.named_dtype();
  if (dtype == DType::kInvalid) dtype = there.ok() ? (*there)->spec().dtype : values.natural_dtype();
  ASSIGN_OR_RETURN(const HostTensor host, values.Convert(dtype));
  RETURN_IF_ERROR(tenant->variables().Put(request.name(), host, sessions.devices(), request.device()));
  ASSIGN_OR_RETURN(const NamedVariables::Listed found, Find(*tenant, request.name()));
  DescribeVariable(*tenant, found, response);
  return absl::OkStatus();
}

absl::Status ExportVariables(StateFolder* state, TenantSet& tenants, const Caller& caller,
                             const v1::ExportVariablesRequest& request, v1::ExportVariablesResponse* response) {
  RETURN_IF_ERROR(CheckFolder(state));
  ASSIGN_OR_RETURN(const std::shared_ptr<Tenant> tenant, TenantFor(tenants, caller, request.tenant()));
  ASSIGN_OR_RETURN(const BundleSize size, state->Export(*tenant, request.name()));
  response->set_variables(size.variables);
  response->set_bytes(size.bytes);
  return absl::OkStatus();
}

absl::Status ImportVariables(StateFolder* state, SessionRegistry& sessions, const Caller& caller,
                             const v1::ImportVariablesRequest& request, v1::ImportVariablesResponse* response) {
  RETURN_IF_ERROR(CheckFolder(state));
  ASSIGN_OR_RETURN(const std::shared_ptr<Tenant> tenant, TenantFor(sessions.tenants(), caller, request.tenant()));
  ASSIGN_OR_RETURN(const BundleSize size, state->Import(*tenant, request.name(), sessions.devices()));
  response->set_variables(size.variables);
  response->set_bytes(size.bytes);
  return absl::OkStatus();
}

absl::Status SaveState(StateFolder* state, TenantSet& tenants, const Caller& caller, const v1::SaveStateRequest& request,
                       v1::SaveStateResponse* response) {
  RETURN_IF_ERROR(CheckFolder(state));
  StateFolder::Report report;
  if (request.all_tenants()) {
    RETURN_IF_ERROR(AllTenants(tenants, caller).status());
    ASSIGN_OR_RETURN(report, state->Save(tenants));
  } else {
    ASSIGN_OR_RETURN(const std::shared_ptr<Tenant> tenant, TenantFor(tenants, caller, request.tenant()));
    ASSIGN_OR_RETURN(report, state->Save(*tenant));
  }
  response->set_tenants(report.tenants);
  response->set_variables(report.size.variables);
  response->set_bytes(report.size.bytes);
  return absl::OkStatus();
}

}  // namespace eager::server
