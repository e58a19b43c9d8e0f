// Execute: one op with its values inline, outside of any session.
#pragma once

#include "eager/v1/service.pb.h"
#include "server/device/device_set.h"
#include "server/session/tenant.h"

namespace eager::server {

// Chooses dtypes where the request leaves them out: what the op's row fixes, what another input of the same type
// attribute has, or what the values look like and the op allows. Errors name the op and the input. Memory and time are the
// tenant's. Thread-safe.
absl::Status Execute(const DeviceSet& devices, Tenant& tenant, const v1::ExecuteRequest& request,
                     v1::ExecuteResponse* response);

}  // namespace eager::server
