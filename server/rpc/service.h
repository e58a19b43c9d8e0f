// eager.v1.TensorService over gRPC: messages in and out, no more.
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <string>

#include "eager/v1/service.grpc.pb.h"
#include "server/rpc/activity.h"
#include "server/rpc/exchange.h"
#include "server/rpc/security/front_door.h"
#include "server/rpc/session_stream.h"
#include "server/session/session_registry.h"
#include "server/state/state_folder.h"

namespace eager::server {

// The stream of a session is served by the gRPC thread that runs it, which is that session's executor; bulk transfers run
// on gRPC's callback threads. Thread-safe.
class TensorServiceImpl final
    : public v1::TensorService::WithRawCallbackMethod_Upload<
          v1::TensorService::WithRawCallbackMethod_Download<v1::TensorService::Service>> {
 public:
  // `state`: where named variables are saved; null: nowhere. All of them must outlive it.
  TensorServiceImpl(SessionRegistry& sessions, FrontDoor& door, StateFolder* state);

  // Refuses new sessions from now on, waits until no session has executed or transferred anything for `quiet`, for `grace` at
  // most, and ends them: their clients are told.
  void Drain(absl::Duration quiet, absl::Duration grace);
  // For other services of the daemon: what Drain waits for, and whether it has begun.
  Activity& activity() { return activity_; }
  const std::atomic<bool>& draining() const { return draining_; }

  grpc::Status Hello(grpc::ServerContext* context, const v1::HelloRequest* request, v1::HelloResponse* response) override;
  grpc::Status Exchange(grpc::ServerContext*, ExchangeStream* stream) override;
  grpc::Status Execute(grpc::ServerContext* context, const v1::ExecuteRequest* request, v1::ExecuteResponse* response) override;
  grpc::Status ListDevices(grpc::ServerContext*, const v1::ListDevicesRequest*, v1::ListDevicesResponse* response) override;
  grpc::Status ResetDevice(grpc::ServerContext*, const v1::ResetDeviceRequest* request, v1::DeviceInfo* response) override;
  grpc::Status ListOps(grpc::ServerContext*, const v1::ListOpsRequest* request, v1::ListOpsResponse* response) override;
  grpc::Status DescribeOp(grpc::ServerContext*, const v1::DescribeOpRequest* request, v1::OpDescription* response) override;
  grpc::Status ListSessions(grpc::ServerContext*, const v1::ListSessionsRequest*, v1::ListSessionsResponse* response) override;
  grpc::Status KillSession(grpc::ServerContext*, const v1::KillSessionRequest* request, v1::KillSessionResponse*) override;

  grpc::Status ListVariables(grpc::ServerContext*, const v1::ListVariablesRequest* request, v1::ListVariablesResponse* response) override;
  grpc::Status GetVariable(grpc::ServerContext*, const v1::GetVariableRequest* request, v1::GetVariableResponse* response) override;
  grpc::Status PutVariable(grpc::ServerContext*, const v1::PutVariableRequest* request, v1::VariableInfo* response) override;
  grpc::Status DeleteVariable(grpc::ServerContext*, const v1::DeleteVariableRequest* request, v1::DeleteVariableResponse*) override;
  grpc::Status ExportVariables(grpc::ServerContext*, const v1::ExportVariablesRequest* request,
                               v1::ExportVariablesResponse* response) override;
  grpc::Status ImportVariables(grpc::ServerContext*, const v1::ImportVariablesRequest* request,
                               v1::ImportVariablesResponse* response) override;
  grpc::Status SaveState(grpc::ServerContext*, const v1::SaveStateRequest* request, v1::SaveStateResponse* response) override;
  grpc::Status Profile(grpc::ServerContext* context, const v1::ProfileRequest* request,
                       grpc::ServerWriter<v1::ProfileChunk>* writer) override;
  grpc::Status StopProfile(grpc::ServerContext* context, const v1::StopProfileRequest* request, v1::StopProfileResponse*) override;

  grpc::ServerReadReactor<grpc::ByteBuffer>* Upload(grpc::CallbackServerContext*, grpc::ByteBuffer* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* Download(grpc::CallbackServerContext*,
                                                       const grpc::ByteBuffer* request) override;

 private:
  // In place of the generated call: messages are bytes.
  grpc::Status ServeSession(grpc::ServerContext* context, SessionStream* stream);

  SessionRegistry& sessions_;
  FrontDoor& door_;
  StateFolder* const state_;
  std::atomic<bool> draining_{false};
  Activity activity_;
  std::atomic<int64_t> open_streams_{0};
};

}  // namespace eager::server
