#include "tests/e2e/faults/watch.h"

#include <grpcpp/grpcpp.h>

#include <cstdio>
#include <cstdlib>

namespace eager::testing {

Watch::Watch(const std::string& address)
    : stub_(v1::TensorService::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()))) {}

std::vector<v1::SessionInfo> Watch::Sessions() const {
  grpc::ClientContext context;
  v1::ListSessionsResponse response;
  const grpc::Status status = stub_->ListSessions(&context, {}, &response);
  if (!status.ok()) Tell("ListSessions: " + status.error_message());
  return {response.sessions().begin(), response.sessions().end()};
}

v1::ListDevicesResponse Watch::Devices() const {
  grpc::ClientContext context;
  v1::ListDevicesResponse response;
  const grpc::Status status = stub_->ListDevices(&context, {}, &response);
  if (!status.ok()) Tell("ListDevices: " + status.error_message());
  return response;
}

int64_t Watch::LiveBuffers() const {
  int64_t n = 0;
  const v1::ListDevicesResponse response = Devices();
  for (const v1::DeviceInfo& device : response.devices()) n += device.live_buffers();
  return n;
}

int64_t Watch::BytesInUse() const {
  int64_t n = 0;
  const v1::ListDevicesResponse response = Devices();
  for (const v1::DeviceInfo& device : response.devices()) n += device.bytes_in_use();
  return n;
}

uint64_t Watch::OpsOfNewest() const {
  const std::vector<v1::SessionInfo> sessions = Sessions();
  const v1::SessionInfo* newest = nullptr;
  for (const v1::SessionInfo& session : sessions) {
    if (newest == nullptr || session.age_seconds() < newest->age_seconds()) newest = &session;
  }
  return newest == nullptr ? 0 : newest->ops();
}

bool Watch::AwaitNothing(std::chrono::seconds limit) const {
  return Await(limit, [&] { return Sessions().empty() && LiveBuffers() == 0; });
}

bool Long() {
  static const bool is_long = std::getenv("EAGERD_SOAK") != nullptr;
  return is_long;
}

void Tell(const std::string& line) {
  std::printf("faults: %s\n", line.c_str());
  std::fflush(stdout);
}

}  // namespace eager::testing
