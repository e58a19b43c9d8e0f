// The calls about named variables for people with a shell: values as JSON, and what is on the disk.
#pragma once

#include "server/rpc/variables.h"
#include "server/session/session_registry.h"
#include "server/state/state_folder.h"

namespace eager::server {

// NOT_FOUND for no such variable; RESOURCE_EXHAUSTED for one too large to be read as JSON.
absl::Status GetVariable(TenantSet& tenants, const Caller& caller, const v1::GetVariableRequest& request,
                         v1::GetVariableResponse* response);
absl::Status PutVariable(SessionRegistry& sessions, const Caller& caller, const v1::PutVariableRequest& request,
                         v1::VariableInfo* response);

// FAILED_PRECONDITION without a state folder (null).
absl::Status ExportVariables(StateFolder* state, TenantSet& tenants, const Caller& caller,
                             const v1::ExportVariablesRequest& request, v1::ExportVariablesResponse* response);
absl::Status ImportVariables(StateFolder* state, SessionRegistry& sessions, const Caller& caller,
                             const v1::ImportVariablesRequest& request, v1::ImportVariablesResponse* response);
absl::Status SaveState(StateFolder* state, TenantSet& tenants, const Caller& caller, const v1::SaveStateRequest& request,
                       v1::SaveStateResponse* response);

}  // namespace eager::server
