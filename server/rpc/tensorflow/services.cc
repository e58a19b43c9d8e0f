#include <grpcpp/support/proto_buffer_reader.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/exec/recorder.h"
#include "server/rpc/call_counts.h"
#include "server/rpc/message_counts.h"
#include "server/rpc/status.h"
#include "server/rpc/tensorflow/door.h"
#include "server/rpc/tensorflow/tensor_proto.h"
#include "tensorflow/eager_service.grpc.pb.h"
#include "tensorflow/worker.grpc.pb.h"

namespace eager::server::tf {
namespace {

using namespace ::tensorflow::eager;  // NOLINT: the messages of this file's calls

template <class Work>
grpc::Status WithCaller(absl::string_view name, Door& door, const grpc::ServerContextBase& context, Work work) {
  CallCounts::Call call(name);
  const Activity::Scope active(door.activity);
  const absl::StatusOr<Caller> caller = door.CallerOf(context);
  return call.Ended(ToGrpc(caller.ok() ? work(*caller) : caller.status()));
}

// Calls on a context.
template <class Work>
grpc::Status WithContext(absl::string_view name, Door& door, const grpc::ServerContextBase& context, uint64_t id, Work work) {
  return WithCaller(name, door, context, [&](const Caller& caller) -> absl::Status {
    ASSIGN_OR_RETURN(const std::shared_ptr<Context> found, door.contexts.Find(caller, id));
    return work(*found);
  });
}

// One answer for each item, until one fails.
absl::Status ExecuteAll(Context& context, EnqueueRequest& request, EnqueueResponse* response, Context::Told told) {
  MessageCounts& counts = MessageCounts::Mine();
  counts.Received(Path::kStream, request.ByteSizeLong());
  counts.Executed(static_cast<size_t>(request.queue_size()));
  const RecordingScope recording(context.session().recorder());
  const TimeSlice whole("message", "message");
  const auto start = MessageCounts::Clock::now();
  absl::Status status;
  for (QueueItem& item : *request.mutable_queue()) {
    status = context.Execute(item, response->add_queue_response(), told);
    if (!status.ok()) break;
  }
  counts.Took(Phase::kExecute, MessageCounts::Clock::now() - start);
  return status;
}

// Deletes come as calls of their own, one for each handle: they are done where they are read, without a thread that waits.
class EagerServiceImpl final : public EagerService::WithCallbackMethod_Enqueue<EagerService::Service> {
 public:
  explicit EagerServiceImpl(Door& door) : door_(door) {}

  grpc::Status CreateContext(grpc::ServerContext* context, const CreateContextRequest* request, CreateContextResponse*) override {
    return WithCaller("CreateContext", door_, *context, [&](const Caller& caller) -> absl::Status {
      if (door_.draining) return absl::UnavailableError("eagerd is shutting down: it takes no new clients");
      Contexts::Request wanted;
      wanted.options = {request->context_id(), request->context_view_id(),
                        std::chrono::seconds(std::clamp<int64_t>(request->keep_alive_secs(), 1, 24 * 3600)), Bounds()};
      wanted.caller = caller;
      wanted.peer = context->peer();
      wanted.cluster = Cluster(request->server_def(), context->peer());
      return door_.contexts.Create(wanted);
    });
  }

  grpc::Status UpdateContext(grpc::ServerContext* context, const UpdateContextRequest* request, UpdateContextResponse*) override {
    return WithContext("UpdateContext", door_, *context, request->context_id(), [&](Context& found) -> absl::Status {
      found.Touch();
      if (request->context_view_id() != found.view() + 1) {
        return absl::InvalidArgumentError(
            absl::StrCat("EagerService:UpdateContext failed. Context id: <", request->context_id(), "> currently at view #", found.view(),
                         " but received update request at view #", request->context_view_id()));
      }
      found.set_view(request->context_view_id());
      if (request->server_def().cluster().job_size() > 0) found.SetCluster(Cluster(request->server_def(), context->peer()));
      return absl::OkStatus();
    });
  }

  grpc::ServerUnaryReactor* Enqueue(grpc::CallbackServerContext* context, const EnqueueRequest* request,
                                    EnqueueResponse* response) override {
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    const auto serve = [this, context, request, response, reactor] {
      reactor->Finish(WithContext("Enqueue", door_, *context, request->context_id(), [&](Context& found) {
        return ExecuteAll(found, *const_cast<EnqueueRequest*>(request), response, Context::Told::kByAnswer);  // gRPC is done with it
      }));
    };
    const bool only_deletes = std::all_of(request->queue().begin(), request->queue().end(),
                                          [](const QueueItem& item) { return item.has_handle_to_decref(); });
    only_deletes ? serve() : door_.threads.Run(serve);
    return reactor;
  }

  grpc::Status StreamingEnqueue(grpc::ServerContext* context,
                                grpc::ServerReaderWriter<EnqueueResponse, EnqueueRequest>* stream) override {
    CallCounts::Call call("StreamingEnqueue");
    std::shared_ptr<Context> serving;
    bool by_client = true;
    const grpc::Status status = WithStream(*context, *stream, serving, by_client);
    if (serving != nullptr) serving->StreamEnded(by_client);
    return call.Ended(status);
  }

  grpc::Status WaitQueueDone(grpc::ServerContext* context, const WaitQueueDoneRequest* request, WaitQueueDoneResponse*) override {
    return WithContext("WaitQueueDone", door_, *context, request->context_id(), [&](Context& found) {
      QueueItem item;
      item.mutable_sync_remote_executor_for_stream();
      QueueResponse response;
      return found.Execute(item, &response);
    });
  }

  grpc::Status RunComponentFunction(grpc::ServerContext* context, const RunComponentFunctionRequest* request,
                                    RunComponentFunctionResponse* response) override {
    return WithContext("RunComponentFunction", door_, *context, request->context_id(), [&](Context& found) { return found.RunComponent(*request, response); });
  }

  grpc::Status KeepAlive(grpc::ServerContext* context, const KeepAliveRequest* request, KeepAliveResponse* response) override {
    return WithContext("KeepAlive", door_, *context, request->context_id(), [&](Context& found) {
      found.Touch();
      response->set_context_view_id(found.view());
      return absl::OkStatus();
    });
  }

  grpc::Status CloseContext(grpc::ServerContext* context, const CloseContextRequest* request, CloseContextResponse*) override {
    return WithCaller("CloseContext", door_, *context, [&](const Caller& caller) {
      door_.contexts.Close(caller, request->context_id(), request->context_view_id());
      return absl::OkStatus();
    });
  }

 private:
  grpc::Status WithStream(grpc::ServerContext& context, grpc::ServerReaderWriter<EnqueueResponse, EnqueueRequest>& stream,
                          std::shared_ptr<Context>& serving, bool& by_client) {
    const absl::StatusOr<Caller> caller = door_.CallerOf(context);
    if (!caller.ok()) return ToGrpc(caller.status());
    EnqueueRequest request;
    EnqueueResponse response;
    while (stream.Read(&request)) {
      const Activity::Scope work(door_.activity);
      absl::StatusOr<std::shared_ptr<Context>> found = door_.contexts.Find(*caller, request.context_id());
      if (found.ok() && serving != *found) {
        if (serving != nullptr) serving->StreamEnded(/*by_client=*/false);
        serving = *found;
        serving->StreamOpened();
      }
      response.Clear();
      const absl::Status status = found.ok() ? ExecuteAll(**found, request, &response, Context::Told::kByStream) : found.status();
      if (!status.ok()) {
        by_client = false;
        return ToGrpc(status);
      }
      if (!stream.Write(response)) break;
    }
    return grpc::Status::OK;
  }

  Door& door_;
};

// Waits without a thread.
class RecvReactor final : public grpc::ServerUnaryReactor {
 public:
  RecvReactor(std::shared_ptr<Rendezvous> rendezvous, grpc::ByteBuffer* response) : rendezvous_(std::move(rendezvous)), response_(response) {}

  void Start(const ::tensorflow::RecvTensorRequest& request) {
    step_ = request.step_id();
    key_ = request.rendezvous_key();
    // Its answer may come, and end this object, before Receive returns: so may a cancellation, which then finds no number yet.
    const uint64_t waiting = rendezvous_->Receive(step_, key_, [this](absl::StatusOr<TensorRef> tensor) { Answer(std::move(tensor)); });
    if (waiting == 0) return Unref();
    bool cancelled = false;
    {
      MutexLock lock(&mu_);
      waiting_ = waiting;
      cancelled = cancelled_;
    }
    if (cancelled) rendezvous_->Cancel(step_, key_, waiting);
    Unref();
  }
  void Fail(const absl::Status& status) {
    Finish(call_.Ended(ToGrpc(status)));
    Unref();
  }

  void OnCancel() override {
    uint64_t waiting = 0;
    {
      MutexLock lock(&mu_);
      cancelled_ = true;
      waiting = waiting_;
    }
    if (waiting != 0) rendezvous_->Cancel(step_, key_, waiting);
  }
  void OnDone() override { Unref(); }

 private:
  void Answer(absl::StatusOr<TensorRef> tensor) {
    absl::Status status = tensor.status();
    if (tensor.ok()) {
      absl::StatusOr<grpc::ByteBuffer> encoded = EncodeRecvTensor(**tensor);
      status = encoded.status();
      if (encoded.ok()) {
        *response_ = *std::move(encoded);
        MessageCounts::Mine().Sent(Path::kBulk, response_->Length());
      }
    }
    MessageCounts::Mine().Answered(MessageCounts::Clock::now() - arrived_);
    Finish(call_.Ended(ToGrpc(status)));
  }
  // Kept by Start() and by gRPC.
  void Unref() {
    if (refs_.fetch_sub(1) == 1) delete this;
  }

  CallCounts::Call call_{"RecvTensor"};
  const MessageCounts::Clock::time_point arrived_ = MessageCounts::Clock::now();
  const std::shared_ptr<Rendezvous> rendezvous_;
  grpc::ByteBuffer* const response_;
  int64_t step_ = 0;
  std::string key_;
  std::atomic<int> refs_{2};
  Mutex mu_;
  uint64_t waiting_ ABSL_GUARDED_BY(mu_) = 0;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
};

using RawWorkerService = ::tensorflow::WorkerService::WithRawCallbackMethod_RecvTensor<::tensorflow::WorkerService::Service>;

class WorkerServiceImpl final : public RawWorkerService {
 public:
  explicit WorkerServiceImpl(Door& door) : door_(door) {}

  grpc::Status GetStatus(grpc::ServerContext* context, const ::tensorflow::GetStatusRequest*, ::tensorflow::GetStatusResponse* response) override {
    return WithCaller("GetStatus", door_, *context, [&](const Caller&) {
      for (const auto& device : door_.sessions.devices().devices()) {
        const DeviceAttributes& attributes = device->attributes();
        ::tensorflow::DeviceAttributes* told = response->add_device_attributes();
        told->set_name(absl::StrCat("/job:worker/replica:0/task:0", attributes.name));
        told->set_device_type(attributes.type);
        told->set_memory_limit(attributes.memory_limit);
        told->set_incarnation(attributes.incarnation);
        told->set_physical_device_desc(attributes.physical_desc);
        told->set_xla_global_id(-1);
      }
      return absl::OkStatus();
    });
  }

  grpc::ServerUnaryReactor* RecvTensor(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override {
    const absl::StatusOr<Caller> caller = door_.CallerOf(*context);
    auto* reactor = new RecvReactor(caller.ok() ? door_.contexts.RendezvousOf(*caller) : nullptr, response);
    ::tensorflow::RecvTensorRequest parsed;
    grpc::ByteBuffer copy = *request;
    grpc::ProtoBufferReader reader(&copy);
    if (!caller.ok()) {
      reactor->Fail(caller.status());
    } else if (!parsed.ParseFromZeroCopyStream(&reader)) {
      reactor->Fail(absl::InvalidArgumentError("RecvTensor: the request is garbage"));
    } else {
      reactor->Start(parsed);
    }
    return reactor;
  }

 private:
  Door& door_;
};

}  // namespace

std::vector<std::unique_ptr<grpc::Service>> MakeServices(Door& door) {
  std::vector<std::unique_ptr<grpc::Service>> services;
  services.push_back(std::make_unique<EagerServiceImpl>(door));
  services.push_back(std::make_unique<WorkerServiceImpl>(door));
  return services;
}

}  // namespace eager::server::tf
