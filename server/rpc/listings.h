// What the List and Describe calls say.
#pragma once

#include "common/ops/op_table.h"
#include "eager/v1/service.pb.h"
#include "server/session/session_registry.h"

namespace eager::server {

void DescribeDevice(const Device& device, v1::DeviceInfo* info);
void DescribeDevices(const DeviceSet& devices, v1::ListDevicesResponse* response);
void DescribeSession(const Session& session, v1::SessionInfo* info);
// PERMISSION_DENIED for another tenant's, unless the caller is an admin.
absl::Status ListSessions(const SessionRegistry& sessions, const Caller& caller, const v1::ListSessionsRequest& request,
                          v1::ListSessionsResponse* response);
// As ops are on these devices.
void DescribeOp(const OpSpec& op, const DeviceSet& devices, v1::OpDescription* description);
// NOT_FOUND for an unknown op.
absl::Status DescribeOp(absl::string_view name, const DeviceSet& devices, v1::OpDescription* description);

}  // namespace eager::server
