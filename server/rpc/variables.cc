#include "server/rpc/variables.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace eager::server {

absl::StatusOr<std::shared_ptr<Tenant>> TenantFor(TenantSet& tenants, const Caller& caller, const std::string& named) {
  if (named.empty() || named == caller.tenant) return tenants.Get(caller.tenant);
  if (!caller.admin) {
    return absl::PermissionDeniedError(absl::StrCat("tenant '", caller.tenant, "' may not see the variables of tenant '", named, "'"));
  }
  std::shared_ptr<Tenant> tenant = tenants.Find(named);
  if (tenant == nullptr) return absl::NotFoundError(absl::StrCat("there is no tenant '", named, "'"));
  return tenant;
}

absl::StatusOr<std::vector<std::shared_ptr<Tenant>>> AllTenants(TenantSet& tenants, const Caller& caller) {
  if (!caller.admin) return absl::PermissionDeniedError("only an admin may ask for all tenants");
  std::vector<std::shared_ptr<Tenant>> all = tenants.List();
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a->name() < b->name(); });
  return all;
}

void DescribeVariable(const Tenant& tenant, const NamedVariables::Listed& listed, v1::VariableInfo* info) {
  const Variable& variable = *listed.variable;
  const TensorRef value = variable.Read();
  info->set_name(listed.name);
  info->set_tenant(tenant.name());
  info->set_dtype(std::string(Name(variable.spec().dtype)));
  for (const int64_t extent : variable.spec().shape.dims()) info->add_shape(extent);
  info->set_bytes(value ? value->num_bytes() : 0);
  info->set_has_value(static_cast<bool>(value));
  info->set_device(variable.device().attributes().name);
  info->set_sessions(listed.sessions);
}

absl::Status ListVariables(TenantSet& tenants, const Caller& caller, const v1::ListVariablesRequest& request,
                           v1::ListVariablesResponse* response) {
  std::vector<std::shared_ptr<Tenant>> asked;
  if (request.all_tenants()) {
    ASSIGN_OR_RETURN(asked, AllTenants(tenants, caller));
  } else {
    ASSIGN_OR_RETURN(std::shared_ptr<Tenant> tenant, TenantFor(tenants, caller, request.tenant()));
    asked.push_back(std::move(tenant));
  }
  for (const auto& tenant : asked) {
    for (const NamedVariables::Listed& listed : tenant->variables().List()) {
      if (request.name().empty() || request.name() == listed.name) DescribeVariable(*tenant, listed, response->add_variables());
    }
  }
  return absl::OkStatus();
}

absl::Status DeleteVariable(TenantSet& tenants, const Caller& caller, const v1::DeleteVariableRequest& request) {
  ASSIGN_OR_RETURN(const std::shared_ptr<Tenant> tenant, TenantFor(tenants, caller, request.tenant()));
  return tenant->variables().Delete(request.name());
}

}  // namespace eager::server
