#include "server/rpc/health_check.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <iostream>

#include "common/channel/channel.h"

namespace eager::server {
namespace {

// grpc.health.v1.HealthCheckResponse{status: SERVING} on the wire. The request is the empty message: the whole server.
constexpr char kServing[] = {0x08, 0x01};

}  // namespace

int CheckHealth(const std::string& address) {
  const absl::StatusOr<ChannelMaker> maker = ChannelMaker::Make(address, ChannelOptions().OrEnvironment());
  if (!maker.ok()) {
    std::cerr << "eagerd: " << maker.status().message() << "\n";
    return 1;
  }
  grpc::GenericStub stub(maker->MakeChannel());
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(5));
  grpc::Slice nothing;
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
  if (!status.ok()) {
    std::cerr << "eagerd: " << address << ": " << status.error_message() << "\n";
    return 1;
  }
  grpc::Slice bytes;
  if (response.DumpToSingleSlice(&bytes).ok() && bytes.size() == sizeof(kServing) &&
      std::equal(bytes.begin(), bytes.end(), kServing)) {
    return 0;
  }
  std::cerr << "eagerd: " << address << ": not serving\n";
  return 1;
}

}  // namespace eager::server
