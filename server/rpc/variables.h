// The calls about named variables that need no JSON.
#pragma once

#include "eager/v1/service.pb.h"
#include "server/session/tenant.h"

namespace eager::server {

// The tenant that a call is about: the caller's for "". PERMISSION_DENIED for another one, unless the caller is an admin;
// NOT_FOUND for one that nobody has used.
absl::StatusOr<std::shared_ptr<Tenant>> TenantFor(TenantSet& tenants, const Caller& caller, const std::string& named);
// All of them, for an admin.
absl::StatusOr<std::vector<std::shared_ptr<Tenant>>> AllTenants(TenantSet& tenants, const Caller& caller);

void DescribeVariable(const Tenant& tenant, const NamedVariables::Listed& listed, v1::VariableInfo* info);
absl::Status ListVariables(TenantSet& tenants, const Caller& caller, const v1::ListVariablesRequest& request,
                           v1::ListVariablesResponse* response);
absl::Status DeleteVariable(TenantSet& tenants, const Caller& caller, const v1::DeleteVariableRequest& request);

}  // namespace eager::server
