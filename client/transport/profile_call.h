// One recording of a session at its server: eager.v1's Profile.
#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>

#include "absl/strings/string_view.h"
#include "eager/v1/service.grpc.pb.h"

namespace eager::internal {

// Used by one thread at a time, but for Cancel.
class ProfileCall {
 public:
  explicit ProfileCall(v1::TensorService::Stub& stub) : stub_(stub) {}
  ~ProfileCall();

  // Waits until the server records.
  grpc::Status Start(const v1::ProfileRequest& request);
  // Ends the recording, and waits for the whole trace, of which write() gets one piece after the other until it returns
  // false.
  grpc::Status Stop(const std::function<bool(absl::string_view)>& write);
  // Whoever waits goes on.
  void Cancel() { context_.TryCancel(); }

 private:
  v1::TensorService::Stub& stub_;
  std::string session_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::ProfileChunk>> reader_;  // null before Start and after the end
};

}  // namespace eager::internal
