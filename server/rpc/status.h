// Between absl and gRPC statuses.
#pragma once

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "common/wire/text.h"

namespace eager::server {

inline grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), ErrorText(status.message()));
}

}  // namespace eager::server
