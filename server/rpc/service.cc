#include "server/rpc/service.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "server/rpc/bulk.h"
#include "server/rpc/caller.h"
#include "server/rpc/execute.h"
#include "server/rpc/hello.h"
#include "server/rpc/listings.h"
#include "server/rpc/status.h"

namespace eager::server {

namespace {

using Clock = std::chrono::steady_clock;  // a host's clock may be set meanwhile

constexpr absl::Duration kLeave = absl::Seconds(1);
constexpr absl::Duration kLongest = absl::Hours(24 * 365);  // what the clock can add

Clock::time_point After(absl::Duration time) { return Clock::now() + absl::ToChronoNanoseconds(std::min(time, kLongest)); }

absl::Status ShuttingDown() { return absl::UnavailableError("the server is shutting down"); }

}  // namespace

TensorServiceImpl::TensorServiceImpl(SessionRegistry& sessions) : sessions_(sessions) {
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
    if (activity_.busy != 0 || activity_.handled != seen) {
      seen = activity_.handled;
      since = Clock::now();
    } else if (sessions_.List().empty() || Clock::now() - since >= absl::ToChronoNanoseconds(quiet)) {
      break;
    }
  }
  sessions_.CloseAll(ShuttingDown());
  // Clients go when they hear it; whoever does not is cut off.
  for (const Clock::time_point last = After(kLeave); activity_.open != 0 && Clock::now() < last;) absl::SleepFor(kLeave / 100);
}

grpc::Status TensorServiceImpl::Hello(grpc::ServerContext* context, const v1::HelloRequest* request,
                                      v1::HelloResponse* response) {
  const absl::Status status = SayHello(sessions_, *request, response);
  const int64_t upload = sessions_.tenants().Get(CallerOf(*context).tenant)->quota().limits().upload_size;
  if (upload > 0) response->mutable_limits()->set_max_tensor_bytes(std::min<uint64_t>(upload, kMaxTensorBytes));
  return ToGrpc(status);
}

grpc::Status TensorServiceImpl::ServeSession(grpc::ServerContext* context, SessionStream* stream) {
  if (draining_) return ToGrpc(ShuttingDown());
  return ToGrpc(ServeSessionStream(sessions_, activity_, *context, *stream));
}

grpc::Status TensorServiceImpl::Exchange(grpc::ServerContext* context, ExchangeStream* stream) {
  return ToGrpc(ServeExchange(sessions_, CallerOf(*context), *stream));
}

grpc::Status TensorServiceImpl::Execute(grpc::ServerContext* context, const v1::ExecuteRequest* request,
                                        v1::ExecuteResponse* response) {
  const std::shared_ptr<Tenant> tenant = sessions_.tenants().Get(CallerOf(*context).tenant);
  return ToGrpc(server::Execute(sessions_.devices(), *tenant, *request, response));
}

grpc::Status TensorServiceImpl::ListDevices(grpc::ServerContext*, const v1::ListDevicesRequest*,
                                            v1::ListDevicesResponse* response) {
  DescribeDevices(sessions_.devices(), response);
  return grpc::Status::OK;
}

grpc::Status TensorServiceImpl::ResetDevice(grpc::ServerContext* context, const v1::ResetDeviceRequest* request,
                                            v1::DeviceInfo* response) {
  if (request->device().empty()) return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "'device' is missing");
  const absl::StatusOr<Device*> device = sessions_.devices().Find(request->device());
  if (!device.ok()) return ToGrpc(device.status());
  spdlog::warn("event=device_reset device={} peer={}", (*device)->attributes().name, context->peer());
  if (absl::Status status = (*device)->Reset(); !status.ok()) return ToGrpc(status);
  DescribeDevice(**device, response);
  return grpc::Status::OK;
}

grpc::Status TensorServiceImpl::ListOps(grpc::ServerContext*, const v1::ListOpsRequest* request,
                                        v1::ListOpsResponse* response) {
  const OpTable& table = OpTable::Builtin();
  std::vector<const OpSpec*> found;
  for (int i = 0; i < table.size(); ++i) {
    const OpSpec& op = table.at(i);
    if (absl::StrContains(absl::AsciiStrToLower(op.name), absl::AsciiStrToLower(request->contains()))) found.push_back(&op);
  }
  std::sort(found.begin(), found.end(), [](const OpSpec* a, const OpSpec* b) { return a->name < b->name; });
  for (const OpSpec* op : found) {
    response->add_ops(std::string(op->name));
    if (request->describe()) server::DescribeOp(*op, sessions_.devices(), response->add_descriptions());
  }
  return grpc::Status::OK;
}

grpc::Status TensorServiceImpl::DescribeOp(grpc::ServerContext*, const v1::DescribeOpRequest* request,
                                           v1::OpDescription* response) {
  return ToGrpc(server::DescribeOp(request->op(), sessions_.devices(), response));
}

grpc::Status TensorServiceImpl::ListSessions(grpc::ServerContext* context, const v1::ListSessionsRequest*,
                                             v1::ListSessionsResponse* response) {
  const Caller caller = CallerOf(*context);
  for (const auto& session : sessions_.List()) {
    if (caller.admin || session->tenant().name() == caller.tenant) DescribeSession(*session, response->add_sessions());
  }
  return grpc::Status::OK;
}

grpc::ServerReadReactor<grpc::ByteBuffer>* TensorServiceImpl::Upload(grpc::CallbackServerContext* context,
                                                                     grpc::ByteBuffer* response) {
  return StartUpload(sessions_, CallerOf(*context), response);
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* TensorServiceImpl::Download(grpc::CallbackServerContext* context,
                                                                        const grpc::ByteBuffer* request) {
  return StartDownload(sessions_, CallerOf(*context), *request);
}

}  // namespace eager::server
