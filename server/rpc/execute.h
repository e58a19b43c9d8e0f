// Execute: one op with its values inline, outside of any session.
#pragma once

#include "eager/v1/service.pb.h"
#include "server/device/device_set.h"

namespace eager::server {

// Chooses dtypes where the request leaves them out: what the op's row fixes, what another input of the same type
// attribute has, or what the values look like and the op allows. Errors name the op and the input. Thread-safe.
absl::Status Execute(const DeviceSet& devices, const v1::ExecuteRequest& request, v1::ExecuteResponse* response);

}  // namespace eager::server
