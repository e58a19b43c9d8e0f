#include "server/rpc/service.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "server/log/log.h"
#include "server/rpc/bulk.h"
#include "server/rpc/call_counts.h"
#include "server/rpc/execute.h"
#include "server/rpc/hello.h"
#include "server/rpc/listings.h"
#include "server/rpc/profile.h"
#include "server/rpc/status.h"
#include "server/rpc/variable_calls.h"

namespace eager::server {

namespace {

using Clock = std::chrono::steady_clock;  // a host's clock may be set meanwhile

constexpr absl::Duration kLeave = absl::Seconds(1);
constexpr absl::Duration kLongest = absl::Hours(24 * 365);  // what the clock can add

Clock::time_point After(absl::Duration time) { return Clock::now() + absl::ToChronoNanoseconds(std::min(time, kLongest)); }

absl::Status ShuttingDown() { return absl::UnavailableError("eagerd is shutting down: its sessions end, and it takes no new ones"); }

// What call() gives for the caller, or why there is none.
template <class Call>
grpc::Status WithCaller(FrontDoor& door, const grpc::ServerContextBase& context, Call call) {
  const absl::StatusOr<Caller> caller = door.CallerOf(context);
  return ToGrpc(caller.ok() ? call(*caller) : caller.status());
}

}  // namespace

TensorServiceImpl::TensorServiceImpl(SessionRegistry& sessions, FrontDoor& door, StateFolder* state)
    : sessions_(sessions), door_(door), state_(state) {
  // gRPC has raw forms of asynchronous calls only; this is how its generated code exchanges the handler of a call.
  const google::protobuf::ServiceDescriptor& service = *v1::HelloRequest::descriptor()->file()->FindServiceByName("TensorService");
  MarkMethodStreamed(service.FindMethodByName("Session")->index(),
                     new grpc::internal::BidiStreamingHandler<TensorServiceImpl, grpc::ByteBuffer, grpc::ByteBuffer>(
                         std::mem_fn(&TensorServiceImpl::ServeSession), this));
}

void TensorServiceImpl::Drain(absl::Duration quiet, absl::Duration grace) {
  draining_ = true;
  int64_t seen = -1;
  const Clock::time_point deadline = After(grace);
  for (Clock::time_point since = Clock::now(); Clock::now() < deadline; absl::SleepFor(quiet / 10)) {
    if (activity_.running() != 0 || activity_.done() != seen) {
      seen = activity_.done();
      since = Clock::now();
    } else if (sessions_.List().empty() || Clock::now() - since >= absl::ToChronoNanoseconds(quiet)) {
      break;
    }
  }
  sessions_.CloseAll(ShuttingDown());
  // Clients go when they hear it; whoever does not is cut off.
  for (const Clock::time_point last = After(kLeave); open_streams_ != 0 && Clock::now() < last;) absl::SleepFor(kLeave / 100);
}

grpc::Status TensorServiceImpl::Hello(grpc::ServerContext* context, const v1::HelloRequest* request,
                                      v1::HelloResponse* response) {
  CallCounts::Call call("Hello");
  const absl::StatusOr<Caller> caller = door_.CallerOf(*context);
  if (!caller.ok()) return call.Ended(ToGrpc(caller.status()));
  const absl::Status status = SayHello(sessions_, *request, response);
  const int64_t upload = sessions_.tenants().Get(caller->tenant)->quota().limits().upload_size;
  if (upload > 0) response->mutable_limits()->set_max_tensor_bytes(std::min<uint64_t>(upload, kMaxTensorBytes));
  return call.Ended(ToGrpc(status));
}

grpc::Status TensorServiceImpl::ServeSession(grpc::ServerContext* context, SessionStream* stream) {
  CallCounts::Call call("Session");
  if (draining_) return call.Ended(ToGrpc(ShuttingDown()));
  const absl::StatusOr<Caller> caller = door_.CallerOf(*context);
  return call.Ended(ToGrpc(caller.ok() ? ServeSessionStream(sessions_, activity_, open_streams_, *caller, *context, *stream) : caller.status()));
}

grpc::Status TensorServiceImpl::Exchange(grpc::ServerContext* context, ExchangeStream* stream) {
  CallCounts::Call call("Exchange");
  const absl::StatusOr<Caller> caller = door_.CallerOf(*context);
  return call.Ended(ToGrpc(caller.ok() ? ServeExchange(sessions_, *caller, activity_, *stream) : caller.status()));
}

grpc::Status TensorServiceImpl::Execute(grpc::ServerContext* context, const v1::ExecuteRequest* request,
                                        v1::ExecuteResponse* response) {
  CallCounts::Call call("Execute");
  const Activity::Scope work(activity_);
  const absl::StatusOr<Caller> caller = door_.CallerOf(*context);
  if (!caller.ok()) return call.Ended(ToGrpc(caller.status()));
  const std::shared_ptr<Tenant> tenant = sessions_.tenants().Get(caller->tenant);
  return call.Ended(ToGrpc(server::Execute(sessions_.devices(), *tenant, *request, response)));
}

grpc::Status TensorServiceImpl::ListDevices(grpc::ServerContext*, const v1::ListDevicesRequest*,
                                            v1::ListDevicesResponse* response) {
  CallCounts::Call call("ListDevices");
  DescribeDevices(sessions_.devices(), response);
  return call.Ended(grpc::Status::OK);
}

grpc::Status TensorServiceImpl::ResetDevice(grpc::ServerContext* context, const v1::ResetDeviceRequest* request,
                                            v1::DeviceInfo* response) {
  CallCounts::Call call("ResetDevice");
  const absl::StatusOr<Caller> caller = door_.CallerOf(*context);
  if (!caller.ok()) return call.Ended(ToGrpc(caller.status()));
  if (!caller->admin) return call.Ended(ToGrpc(absl::PermissionDeniedError("ResetDevice: only an admin may reset devices")));
  if (request->device().empty()) return call.Ended(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "'device' is missing"));
  const absl::StatusOr<Device*> device = sessions_.devices().Find(request->device());
  if (!device.ok()) return call.Ended(ToGrpc(device.status()));
  Log(LogLevel::kWarning, "device_reset", {{"device", (*device)->attributes().name}, {"peer", context->peer()}, {"tenant", caller->tenant}});
  if (absl::Status status = (*device)->Reset(); !status.ok()) return call.Ended(ToGrpc(status));
  DescribeDevice(**device, response);
  return call.Ended(grpc::Status::OK);
}

grpc::Status TensorServiceImpl::ListOps(grpc::ServerContext*, const v1::ListOpsRequest* request,
                                        v1::ListOpsResponse* response) {
  CallCounts::Call call("ListOps");
  const OpTable& table = OpTable::Builtin();
  const std::string wanted = absl::AsciiStrToLower(request->contains());
  std::vector<const OpSpec*> found;
  for (int i = 0; i < table.size(); ++i) {
    const OpSpec& op = table.at(i);
    if (absl::StrContains(absl::AsciiStrToLower(op.name), wanted)) found.push_back(&op);
  }
  std::sort(found.begin(), found.end(), [](const OpSpec* a, const OpSpec* b) { return a->name < b->name; });
  for (const OpSpec* op : found) {
    response->add_ops(std::string(op->name));
    if (request->describe()) server::DescribeOp(*op, sessions_.devices(), response->add_descriptions());
  }
  return call.Ended(grpc::Status::OK);
}

grpc::Status TensorServiceImpl::DescribeOp(grpc::ServerContext*, const v1::DescribeOpRequest* request,
                                           v1::OpDescription* response) {
  CallCounts::Call call("DescribeOp");
  return call.Ended(ToGrpc(server::DescribeOp(request->op(), sessions_.devices(), response)));
}

grpc::Status TensorServiceImpl::ListSessions(grpc::ServerContext* context, const v1::ListSessionsRequest* request,
                                             v1::ListSessionsResponse* response) {
  CallCounts::Call call("ListSessions");
  const absl::StatusOr<Caller> caller = door_.CallerOf(*context);
  return call.Ended(ToGrpc(caller.ok() ? server::ListSessions(sessions_, *caller, *request, response) : caller.status()));
}

grpc::Status TensorServiceImpl::KillSession(grpc::ServerContext* context, const v1::KillSessionRequest* request,
                                            v1::KillSessionResponse*) {
  CallCounts::Call call("KillSession");
  const absl::StatusOr<Caller> caller = door_.CallerOf(*context);
  if (!caller.ok()) return call.Ended(ToGrpc(caller.status()));
  const absl::Status status = sessions_.Kill(request->id(), *caller);
  Log(LogLevel::kWarning, "session_kill",
      {{"session", request->id().substr(0, 64)}, {"by", caller->tenant}, {"peer", context->peer()},
       {"code", absl::StatusCodeToString(status.code())}});
  return call.Ended(ToGrpc(status));
}

grpc::Status TensorServiceImpl::ListVariables(grpc::ServerContext* context, const v1::ListVariablesRequest* request,
                                              v1::ListVariablesResponse* response) {
  CallCounts::Call call("ListVariables");
  return call.Ended(WithCaller(door_, *context, [&](const Caller& caller) { return server::ListVariables(sessions_.tenants(), caller, *request, response); }));
}

grpc::Status TensorServiceImpl::GetVariable(grpc::ServerContext* context, const v1::GetVariableRequest* request,
                                            v1::GetVariableResponse* response) {
  CallCounts::Call call("GetVariable");
  const Activity::Scope work(activity_);
  return call.Ended(WithCaller(door_, *context, [&](const Caller& caller) { return server::GetVariable(sessions_.tenants(), caller, *request, response); }));
}

grpc::Status TensorServiceImpl::PutVariable(grpc::ServerContext* context, const v1::PutVariableRequest* request,
                                            v1::VariableInfo* response) {
  CallCounts::Call call("PutVariable");
  const Activity::Scope work(activity_);
  return call.Ended(WithCaller(door_, *context, [&](const Caller& caller) { return server::PutVariable(sessions_, caller, *request, response); }));
}

grpc::Status TensorServiceImpl::DeleteVariable(grpc::ServerContext* context, const v1::DeleteVariableRequest* request,
                                               v1::DeleteVariableResponse*) {
  CallCounts::Call call("DeleteVariable");
  return call.Ended(WithCaller(door_, *context, [&](const Caller& caller) { return server::DeleteVariable(sessions_.tenants(), caller, *request); }));
}

grpc::Status TensorServiceImpl::ExportVariables(grpc::ServerContext* context, const v1::ExportVariablesRequest* request,
                                                v1::ExportVariablesResponse* response) {
  CallCounts::Call call("ExportVariables");
  const Activity::Scope work(activity_);
  return call.Ended(WithCaller(door_, *context, [&](const Caller& caller) { return server::ExportVariables(state_, sessions_.tenants(), caller, *request, response); }));
}

grpc::Status TensorServiceImpl::ImportVariables(grpc::ServerContext* context, const v1::ImportVariablesRequest* request,
                                                v1::ImportVariablesResponse* response) {
  CallCounts::Call call("ImportVariables");
  const Activity::Scope work(activity_);
  return call.Ended(WithCaller(door_, *context, [&](const Caller& caller) { return server::ImportVariables(state_, sessions_, caller, *request, response); }));
}

grpc::Status TensorServiceImpl::SaveState(grpc::ServerContext* context, const v1::SaveStateRequest* request,
                                          v1::SaveStateResponse* response) {
  CallCounts::Call call("SaveState");
  const Activity::Scope work(activity_);
  return call.Ended(WithCaller(door_, *context, [&](const Caller& caller) { return server::SaveState(state_, sessions_.tenants(), caller, *request, response); }));
}

grpc::Status TensorServiceImpl::Profile(grpc::ServerContext* context, const v1::ProfileRequest* request,
                                        grpc::ServerWriter<v1::ProfileChunk>* writer) {
  return WithCaller(door_, *context, [&](const Caller& caller) { return ServeProfile(sessions_, caller, *request, *context, *writer); });
}

grpc::Status TensorServiceImpl::StopProfile(grpc::ServerContext* context, const v1::StopProfileRequest* request, v1::StopProfileResponse*) {
  return WithCaller(door_, *context, [&](const Caller& caller) { return server::StopProfile(sessions_, caller, *request); });
}

grpc::ServerReadReactor<grpc::ByteBuffer>* TensorServiceImpl::Upload(grpc::CallbackServerContext* context,
                                                                     grpc::ByteBuffer* response) {
  return StartUpload(sessions_, door_.CallerOf(*context), activity_, response);
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* TensorServiceImpl::Download(grpc::CallbackServerContext* context,
                                                                        const grpc::ByteBuffer* request) {
  return StartDownload(sessions_, door_.CallerOf(*context), activity_, *request);
}

}  // namespace eager::server
