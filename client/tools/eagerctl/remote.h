// The unary calls of one daemon, as eagerctl makes them.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "eager/v1/service.grpc.pb.h"

namespace eager::ctl {

// Connects at the first call. Each call waits for its answer, but no longer than the timeout: UNAVAILABLE, naming the
// address, if nobody answers by then; else the daemon's own status.
class Remote {
 public:
  Remote(std::string address, double timeout_seconds);

  // remote.Call(&Stub::ListOps, request) gives the response.
  template <class Request, class Response>
  absl::StatusOr<Response> Call(grpc::Status (v1::TensorService::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                                const Request& request) {
    grpc::ClientContext context;
    Prepare(context);
    Response response;
    const grpc::Status status = (stub_.get()->*method)(&context, request, &response);
    if (!status.ok()) return Translate(status);
    return response;
  }

 private:
  void Prepare(grpc::ClientContext& context) const;
  absl::Status Translate(const grpc::Status& status) const;

  const std::string address_;
  const double timeout_seconds_;
  std::unique_ptr<v1::TensorService::Stub> stub_;
};

}  // namespace eager::ctl
