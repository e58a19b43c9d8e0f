// The unary calls of one daemon, as eagerctl makes them.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/channel/options.h"
#include "common/status_macros.h"
#include "eager/v1/service.grpc.pb.h"

namespace eager::ctl {

// Connects at the first call. Each call waits for its answer, but no longer than the timeout: UNAVAILABLE, naming the
// address, if nobody answers by then; INVALID_ARGUMENT for wrong options of the channel; else the daemon's own status.
class Remote {
 public:
  Remote(std::string address, double timeout_seconds, ChannelOptions channel);

  // remote.Call(&Stub::ListOps, request) gives the response.
  template <class Request, class Response>
  absl::StatusOr<Response> Call(grpc::Status (v1::TensorService::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                                const Request& request) {
    RETURN_IF_ERROR(Connect());
    grpc::ClientContext context;
    Prepare(context);
    Response response;
    const grpc::Status status = (stub_.get()->*method)(&context, request, &response);
    if (!status.ok()) return Translate(status);
    return response;
  }

  // The same of a call that answers with a stream, which may take `seconds` longer: take() gets one message after the other; an
  // error of it ends the call.
  template <class Request, class Message>
  absl::Status Stream(std::unique_ptr<grpc::ClientReader<Message>> (v1::TensorService::Stub::*method)(grpc::ClientContext*, const Request&),
                      const Request& request, double seconds, const std::function<absl::Status(const Message&)>& take) {
    RETURN_IF_ERROR(Connect());
    grpc::ClientContext context;
    Prepare(context, seconds);
    const std::unique_ptr<grpc::ClientReader<Message>> reader = (stub_.get()->*method)(&context, request);
    absl::Status taken;
    for (Message message; taken.ok() && reader->Read(&message);) taken = take(message);
    if (!taken.ok()) context.TryCancel();
    const grpc::Status status = reader->Finish();
    return taken.ok() && !status.ok() ? Translate(status) : taken;
  }

  // What grpc.health.v1 says of the whole daemon.
  absl::StatusOr<bool> Serving();

  const std::string& address() const { return address_; }
  double timeout_seconds() const { return timeout_seconds_; }
  const ChannelOptions& channel() const { return channel_; }

 private:
  absl::Status Connect();
  void Prepare(grpc::ClientContext& context, double more_seconds = 0) const;
  absl::Status Translate(const grpc::Status& status) const;

  const std::string address_;
  const double timeout_seconds_;
  const ChannelOptions channel_;
  std::shared_ptr<grpc::Channel> to_daemon_;  // null before the first call
  std::unique_ptr<v1::TensorService::Stub> stub_;
};

}  // namespace eager::ctl
