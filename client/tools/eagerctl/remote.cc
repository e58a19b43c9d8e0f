#include "client/tools/eagerctl/remote.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/channel/channel.h"

namespace eager::ctl {

Remote::Remote(std::string address, double timeout_seconds, ChannelOptions channel)
    : address_(std::move(address)), timeout_seconds_(timeout_seconds), channel_(std::move(channel)) {}

absl::Status Remote::Connect() {
  if (stub_ != nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(const ChannelMaker maker, ChannelMaker::Make(address_, channel_));
  to_daemon_ = maker.MakeChannel();
  stub_ = v1::TensorService::NewStub(to_daemon_);
  return absl::OkStatus();
}

void Remote::Prepare(grpc::ClientContext& context, double more_seconds) const {
  const auto longest = std::chrono::microseconds(static_cast<int64_t>((timeout_seconds_ + more_seconds) * 1e6));
  context.set_deadline(std::chrono::system_clock::now() + longest);
}

absl::StatusOr<bool> Remote::Serving() {
  RETURN_IF_ERROR(Connect());
  grpc::GenericStub stub(to_daemon_);
  grpc::ClientContext context;
  Prepare(context);
  grpc::Slice nothing;  // the empty request
  const grpc::ByteBuffer request(&nothing, 1);
  grpc::ByteBuffer response;
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check", request, &queue);
  call->StartCall();
  grpc::Status status;
  call->Finish(&response, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  if (!status.ok()) return Translate(status);
  grpc::Slice bytes;
  if (!response.DumpToSingleSlice(&bytes).ok()) return absl::InternalError("the answer to the health check cannot be read");
  constexpr uint8_t kServing[] = {0x08, 0x01};  // HealthCheckResponse{status: SERVING}
  return std::equal(bytes.begin(), bytes.end(), std::begin(kServing), std::end(kServing));
}

absl::Status Remote::Translate(const grpc::Status& status) const {
  using grpc::StatusCode;
  if (status.error_code() == StatusCode::UNAVAILABLE || status.error_code() == StatusCode::DEADLINE_EXCEEDED) {
    if (absl::StrContains(status.error_message(), "andshake")) {  // somebody is there
      return absl::UnavailableError(absl::StrCat("no TLS connection to ", address_, ": ", status.error_message()));
    }
    return absl::UnavailableError(absl::StrCat("no eagerd answers at ", address_, " within ", timeout_seconds_,
                                               " s; start one, or name another with --server or EAGERD_ADDRESS"));
  }
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

}  // namespace eager::ctl
