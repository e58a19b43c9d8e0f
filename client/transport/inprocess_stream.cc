#include "client/transport/inprocess_stream.h"

#include <deque>

#include "common/mutex.h"
#include "common/status_macros.h"
#include "common/wire/wire.h"
#include "server/rpc/dispatcher.h"
#include "server/rpc/hello.h"
#include "server/rpc/recording.h"
#include "server/rpc/variables.h"

namespace eager::internal {
namespace {

class InProcessStream final : public SessionStream {
 public:
  // `owned`: what must live as long as the stream.
  InProcessStream(server::SessionRegistry& sessions, std::shared_ptr<void> owned)
      : owned_(std::move(owned)),
        sessions_(sessions),
        dispatcher_(std::make_unique<server::Dispatcher>(sessions, server::Caller(), address_)) {}

  absl::StatusOr<v1::HelloResponse> Hello(const v1::HelloRequest& request) override {
    v1::HelloResponse response;
    RETURN_IF_ERROR(server::SayHello(sessions_, request, &response));
    return response;
  }

  absl::Status Write(absl::string_view message) override {
    v1::ServerMessage reply;
    MutexLock executing(&execute_mu_);
    if (dispatcher_ == nullptr) return Closed();
    const server::RecordingScope recording(dispatcher_->session() == nullptr ? nullptr : dispatcher_->session()->recorder());
    const server::TimeSlice whole("message", "message", message.size());
    ASSIGN_OR_RETURN(bool send, dispatcher_->Handle(message, &reply));
    if (!send) return absl::OkStatus();
    MutexLock lock(&mu_);
    replies_.push_back(std::move(reply));
    changed_.SignalAll();
    return absl::OkStatus();
  }

  absl::Status Read(v1::ServerMessage* message, Deadline deadline) override {
    MutexLock lock(&mu_);
    while (replies_.empty() && !closed_) {
      if (deadline == Deadline::max()) {
        changed_.Wait(&mu_);
      } else if (const auto left = deadline - Deadline::clock::now(); left > left.zero()) {
        changed_.WaitFor(&mu_, left);
      } else {
        return absl::DeadlineExceededError("the server has not answered in time");
      }
    }
    if (replies_.empty()) return Closed();
    *message = std::move(replies_.front());
    replies_.pop_front();
    return absl::OkStatus();
  }

  absl::Status Upload(const v1::UploadHeader& header, absl::string_view bytes, const WaitLimit&) override {
    ASSIGN_OR_RETURN(std::shared_ptr<server::Session> session, sessions_.Find(header.session(), server::Caller()));
    ASSIGN_OR_RETURN(TensorSpec spec, FromWire(header.spec()));
    ASSIGN_OR_RETURN(const server::Place place, server::Place::Find(session->queues(), header.device()));
    ASSIGN_OR_RETURN(server::TensorRef tensor, server::MakeTensor(spec, bytes, place));
    return session->uploads().Put(header.id(), std::move(tensor));
  }

  absl::StatusOr<HostTensor> Download(const v1::DownloadRequest& request, size_t, const WaitLimit&,
                                      const std::function<absl::Status()>& meanwhile) override {
    RETURN_IF_ERROR(meanwhile());
    ASSIGN_OR_RETURN(std::shared_ptr<server::Session> session, sessions_.Find(request.session(), server::Caller()));
    // The Fetch was written, and so executed, before.
    ASSIGN_OR_RETURN(server::TensorRef tensor, session->downloads().Take(request.id()));
    HostTensor values = HostTensor::Uninitialized(tensor->spec(), tensor->num_bytes());
    RETURN_IF_ERROR(tensor->buffer()->device()->CopyToHost(*tensor->buffer(), tensor->offset(), values.num_bytes(), values.data()));
    return values;
  }

  absl::StatusOr<v1::ListVariablesResponse> ListVariables(const v1::ListVariablesRequest& request, const WaitLimit&) override {
    v1::ListVariablesResponse response;
    RETURN_IF_ERROR(server::ListVariables(sessions_.tenants(), server::Caller(), request, &response));
    return response;
  }

  absl::Status DeleteVariable(const v1::DeleteVariableRequest& request, const WaitLimit&) override {
    return server::DeleteVariable(sessions_.tenants(), server::Caller(), request);
  }

  absl::Status StartProfile(const v1::ProfileRequest& request) override {
    ASSIGN_OR_RETURN(std::shared_ptr<server::Session> session, sessions_.Find(request.session(), server::Caller()));
    ASSIGN_OR_RETURN(std::unique_ptr<server::SessionRecording> recording, server::SessionRecording::Start(std::move(session), request));
    MutexLock lock(&mu_);
    recording_ = std::move(recording);
    return absl::OkStatus();
  }

  absl::Status StopProfile(const std::function<bool(absl::string_view)>& write) override {
    std::unique_ptr<server::SessionRecording> recording;
    {
      MutexLock lock(&mu_);
      recording = std::move(recording_);
    }
    if (recording == nullptr) return absl::FailedPreconditionError("the session is not being recorded");
    recording->Finish(write);
    return absl::OkStatus();
  }

  void Close() override {
    {
      MutexLock executing(&execute_mu_);
      dispatcher_.reset();
    }
    MutexLock lock(&mu_);
    closed_ = true;
    changed_.SignalAll();
  }

  const std::string& address() const override { return address_; }

 private:
  static absl::Status Closed() { return absl::UnavailableError("the in-process session is closed"); }

  const std::string address_ = "in-process";
  const std::shared_ptr<void> owned_;
  server::SessionRegistry& sessions_;
  Mutex execute_mu_;
  std::unique_ptr<server::Dispatcher> dispatcher_ ABSL_GUARDED_BY(execute_mu_);
  Mutex mu_;
  CondVar changed_;
  std::deque<v1::ServerMessage> replies_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<server::SessionRecording> recording_ ABSL_GUARDED_BY(mu_);  // null: none
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace

std::unique_ptr<SessionStream> MakeInProcessStream(server::SessionRegistry& sessions) {
  return std::make_unique<InProcessStream>(sessions, nullptr);
}

absl::StatusOr<std::unique_ptr<SessionStream>> MakeInProcessServer(int64_t cpu_memory_limit) {
  struct Server {
    explicit Server(std::unique_ptr<server::DeviceSet> d) : devices(std::move(d)), sessions(*devices) {}
    const std::unique_ptr<server::DeviceSet> devices;
    server::SessionRegistry sessions;
  };
  ASSIGN_OR_RETURN(std::unique_ptr<server::DeviceSet> devices, server::DeviceSet::Make({"cpu", cpu_memory_limit}));
  auto server = std::make_shared<Server>(std::move(devices));
  return std::make_unique<InProcessStream>(server->sessions, server);
}

}  // namespace eager::internal
