#include "client/transport/grpc_stream.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/transport/local_exchange.h"
#include "client/transport/profile_call.h"
#include "client/transport/session_call.h"
#include "common/channel/channel.h"
#include "common/status_macros.h"
#include "common/wire/chunk.h"
#include "common/wire/wire.h"
#include "eager/v1/service.grpc.pb.h"

namespace eager::internal {
namespace {

// Between two tries to say hello.
constexpr auto kHelloPause = std::chrono::milliseconds(20);
// A call whose write failed ends very soon.
constexpr double kTakeLast = 1;

// Holds a call to a limit, while it lives: not longer than the call's context.
class Limited {
 public:
  Limited(grpc::ClientContext& context, const WaitLimit& limit) {
    context.set_deadline(ToGrpc(limit.deadline));
    for (const std::stop_token& stop : limit.stops) {
      stops_.push_back(std::make_unique<Stop>(stop, [&context] { context.TryCancel(); }));
    }
  }

 private:
  using Stop = std::stop_callback<std::function<void()>>;
  std::vector<std::unique_ptr<Stop>> stops_;
};

// Sends a tensor's bytes from where they lie: a raw call, driven step by step through a queue of its own.
class RawCall {
 public:
  RawCall(grpc::GenericStub& stub, const std::string& method, const WaitLimit& limit) : limited_(context_, limit) {
    call_ = stub.PrepareCall(&context_, method, &queue_);
    call_->StartCall(nullptr);
    Wait();
  }
  ~RawCall() {
    queue_.Shutdown();
    void* tag;
    bool ok;
    while (queue_.Next(&tag, &ok)) {
    }
  }
  bool Write(const grpc::ByteBuffer& message) {
    call_->Write(message, nullptr);
    return Wait();
  }
  bool WritesDone() {
    call_->WritesDone(nullptr);
    return Wait();
  }
  bool Read(grpc::ByteBuffer* message) {
    call_->Read(message, nullptr);
    return Wait();
  }
  grpc::Status Finish() {
    grpc::Status status;
    call_->Finish(&status, nullptr);
    Wait();
    return status;
  }
  grpc::ClientContext& context() { return context_; }

 private:
  bool Wait() {
    void* tag;
    bool ok = false;
    return queue_.Next(&tag, &ok) && ok;
  }

  grpc::ClientContext context_;
  const Limited limited_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
};

// Puts what Download brings into a tensor of the size that its header says.
class DownloadSink final : public ChunkSink {
 public:
  explicit DownloadSink(const v1::DownloadHeader& header) : header_(header) {}
  absl::Status OnHeader() override {
    ASSIGN_OR_RETURN(TensorSpec spec, FromWire(header_.spec()));
    RETURN_IF_ERROR(CheckTransfer(spec, header_.num_bytes()));
    values_ = HostTensor::Uninitialized(std::move(spec), header_.num_bytes());
    return absl::OkStatus();
  }
  absl::StatusOr<char*> Room(size_t n) override {
    if (n > values_.num_bytes() - received_) {
      return absl::DataLossError("more bytes came than the header of the read said");
    }
    char* room = static_cast<char*>(values_.data()) + received_;
    received_ += n;
    return room;
  }
  absl::StatusOr<HostTensor> Take() {
    if (received_ != values_.num_bytes()) return absl::DataLossError("the values of a read broke off");
    RETURN_IF_ERROR(CheckBytes(values_.spec(), values_.data(), values_.num_bytes()));
    return std::move(values_);
  }

 private:
  const v1::DownloadHeader& header_;
  HostTensor values_;
  size_t received_ = 0;
};

class GrpcStream final : public SessionStream {
 public:
  GrpcStream(const std::string& address, double connect_timeout_seconds, bool share_memory, const ChannelMaker& channel)
      : address_(address), connect_timeout_(connect_timeout_seconds) {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    arguments.SetMaxSendMessageSize(-1);
    // A channel shared with other sessions of this process would share one connection and its flow control.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    // A server that does not answer within this is gone, whatever its host's system still acknowledges.
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
    arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
    // Links come back in moments, or the session is given up within a minute.
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
    arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 2'000);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1'000);
    channel_ = channel.MakeChannel(arguments);
    stub_ = v1::TensorService::NewStub(channel_);
    raw_stub_ = std::make_unique<grpc::GenericStub>(channel_);
    if (share_memory && absl::StartsWith(address, "unix:")) exchange_ = std::make_unique<LocalExchange>(*stub_);
  }
  ~GrpcStream() override { Close(); }

  absl::StatusOr<v1::HelloResponse> Hello(const v1::HelloRequest& request) override {
    const Deadline last = DeadlineAfter(connect_timeout_);
    v1::HelloResponse response;
    grpc::Status status = SayHello(request, last, &response);
    // A way that breaks is no worse than a daemon that is just starting.
    while (status.error_code() == grpc::StatusCode::UNAVAILABLE && Deadline::clock::now() < last) {
      std::this_thread::sleep_for(kHelloPause);
      status = SayHello(request, last, &response);
    }
    if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
      return absl::UnavailableError(absl::StrCat("no eagerd answers at ", address_, " within ", connect_timeout_, " s", WhyNot()));
    }
    if (!status.ok()) return FromGrpc(status);
    Publish(std::make_shared<SessionCall>(*raw_stub_));
    return response;
  }

  absl::Status Write(absl::string_view message) override {
    if (call()->Write(message)) return absl::OkStatus();
    return Lost("");  // why, the reader learns
  }

  bool AwaitWritable(Deadline deadline) override { return call()->AwaitWritable(deadline); }

  absl::Status Read(v1::ServerMessage* message, Deadline deadline) override {
    const std::shared_ptr<SessionCall> current = call();
    switch (current->Read(message, deadline)) {
      case SessionCall::Outcome::kMessage:
        return absl::OkStatus();
      case SessionCall::Outcome::kLate:
        return absl::DeadlineExceededError(absl::StrCat("eagerd at ", address_, " has not answered in time"));
      case SessionCall::Outcome::kEnded:
        break;
    }
    const absl::Status end = FromCall(current->Finish());
    return end.ok() ? Lost("") : end;
  }

  bool Unread(v1::ServerMessage* last) override {
    const std::shared_ptr<SessionCall> current = call();
    return current->AwaitEnd(DeadlineAfter(kTakeLast)) && current->Unread(last);
  }

  bool AwaitLink(Deadline deadline) override { return channel_->WaitForConnected(ToGrpc(deadline)); }

  absl::Status Reopen(absl::string_view first, v1::ServerMessage* answer, Deadline deadline) override {
    auto next = std::make_shared<SessionCall>(*raw_stub_);
    const SessionCall::Outcome outcome =
        next->Write(first) ? next->Read(answer, deadline) : SessionCall::Outcome::kEnded;
    if (outcome == SessionCall::Outcome::kLate) return Lost("no answer");
    if (outcome == SessionCall::Outcome::kEnded) {
      next->AwaitEnd(Deadline::max());
      const absl::Status end = FromCall(next->Finish());
      return end.ok() ? Lost("") : end;
    }
    Publish(std::move(next));
    return absl::OkStatus();
  }

  bool Broken() override { return call() != nullptr && channel_->GetState(false) != GRPC_CHANNEL_READY; }

  void AwaitEnd(Deadline deadline) override {
    if (const std::shared_ptr<SessionCall> current = call()) current->AwaitEnd(deadline);
  }

  absl::Status Upload(const v1::UploadHeader& header, absl::string_view bytes, const WaitLimit& limit) override {
    if (MayExchange(limit) && bytes.size() >= LocalExchange::kMinBytes && header.spec().dtype() != v1::STRING) {
      const std::optional<grpc::Status> status = exchange_->Upload(header, bytes);
      if (status.has_value()) return FromCall(*status);
    }
    RawCall call(*raw_stub_, "/eager.v1.TensorService/Upload", limit);
    size_t sent = 0;
    do {
      const size_t n = std::min(kChunkBytes, bytes.size() - sent);
      const std::string prefix = ChunkPrefix(sent == 0 ? &header : nullptr, n);
      // Static slices: this call does not return before the transport is done with them.
      const grpc::Slice slices[] = {grpc::Slice(prefix),
                                    grpc::Slice(bytes.data() + sent, n, grpc::Slice::STATIC_SLICE)};
      if (!call.Write(grpc::ByteBuffer(slices, n == 0 ? 1 : 2))) break;
      sent += n;
    } while (sent < bytes.size());
    call.WritesDone();
    grpc::ByteBuffer response;
    call.Read(&response);
    return FromCall(call.Finish(), limit);
  }

  absl::StatusOr<HostTensor> Download(const v1::DownloadRequest& request, size_t bytes, const WaitLimit& limit,
                                      const std::function<absl::Status()>& meanwhile) override {
    if (MayExchange(limit) && bytes >= LocalExchange::kMinBytes) {
      RETURN_IF_ERROR(meanwhile());
      absl::StatusOr<HostTensor> values = HostTensor();
      const std::optional<grpc::Status> status = exchange_->Download(request, &values);
      if (status.has_value()) {
        RETURN_IF_ERROR(FromCall(*status));
        return values;
      }
    }
    RawCall call(*raw_stub_, "/eager.v1.TensorService/Download", limit);
    const grpc::Slice slice(request.SerializeAsString());
    call.Write(grpc::ByteBuffer(&slice, 1));
    call.WritesDone();
    const absl::Status answer = meanwhile();
    // The server ends the call of a tensor with an error by itself; only one that nobody answers any more is cancelled.
    const bool left_alone =
        absl::IsUnavailable(answer) || absl::IsDeadlineExceeded(answer) || absl::IsCancelled(answer);
    if (left_alone) call.context().TryCancel();
    v1::DownloadHeader header;
    DownloadSink sink(header);
    grpc::ByteBuffer chunk;
    while (call.Read(&chunk)) {
      grpc::ProtoBufferReader reader(&chunk);
      if (absl::Status status = ReadChunk(&reader, &header, sink); !status.ok()) {
        call.context().TryCancel();
        call.Finish();
        return status;
      }
    }
    const absl::Status end = FromCall(call.Finish(), limit);
    RETURN_IF_ERROR(answer);
    RETURN_IF_ERROR(end);
    return sink.Take();
  }

  absl::StatusOr<v1::ListVariablesResponse> ListVariables(const v1::ListVariablesRequest& request,
                                                         const WaitLimit& limit) override {
    grpc::ClientContext context;
    const Limited limited(context, limit);
    v1::ListVariablesResponse response;
    RETURN_IF_ERROR(FromCall(stub_->ListVariables(&context, request, &response), limit));
    return response;
  }

  absl::Status DeleteVariable(const v1::DeleteVariableRequest& request, const WaitLimit& limit) override {
    grpc::ClientContext context;
    const Limited limited(context, limit);
    v1::DeleteVariableResponse response;
    return FromCall(stub_->DeleteVariable(&context, request, &response), limit);
  }

  absl::Status StartProfile(const v1::ProfileRequest& request) override {
    const auto profile = std::make_shared<ProfileCall>(*stub_);
    {
      MutexLock lock(&call_mu_);
      if (closed_) return Lost("");
      if (profile_ != nullptr) return absl::FailedPreconditionError("the session is being recorded already");
      profile_ = profile;
    }
    const grpc::Status status = profile->Start(request);
    MutexLock lock(&call_mu_);
    if (!status.ok()) profile_ = nullptr;
    return FromCall(status);
  }

  absl::Status StopProfile(const std::function<bool(absl::string_view)>& write) override {
    std::shared_ptr<ProfileCall> profile;
    {
      MutexLock lock(&call_mu_);
      profile = profile_;
    }
    if (profile == nullptr) return absl::FailedPreconditionError("the session is not being recorded");
    const grpc::Status status = profile->Stop(write);
    MutexLock lock(&call_mu_);
    profile_ = nullptr;
    return FromCall(status);
  }

  void Close() override {
    {
      MutexLock lock(&call_mu_);
      closed_ = true;
      if (profile_ != nullptr) profile_->Cancel();
      if (call_ != nullptr) call_->Cancel();
    }
    if (exchange_ != nullptr) exchange_->Close();
  }

  const std::string& address() const override { return address_; }

 private:
  grpc::Status SayHello(const v1::HelloRequest& request, Deadline last, v1::HelloResponse* response) {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);  // a daemon that is just starting
    context.set_deadline(ToGrpc(last));
    return stub_->Hello(&context, request, response);
  }

  // One call serves all exchanges, so none of them can have a limit of its own.
  bool MayExchange(const WaitLimit& limit) const { return exchange_ != nullptr && limit.none(); }

  // Why TLS did not come about, which a call that waits for the connection is not told.
  std::string WhyNot() {
    grpc::ClientContext context;
    context.set_deadline(ToGrpc(DeadlineAfter(1)));
    v1::HelloResponse response;
    const std::string why = stub_->Hello(&context, v1::HelloRequest(), &response).error_message();
    return absl::StrContains(why, "andshake") ? absl::StrCat(": ", why) : "";
  }

  absl::Status FromGrpc(const grpc::Status& status) const {
    if (status.ok()) return absl::OkStatus();
    return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  }

  absl::Status Lost(absl::string_view why) const {
    return absl::UnavailableError(
        absl::StrCat("the connection to eagerd at ", address_, " is lost", why.empty() ? "" : ": ", why));
  }

  // Of a call that only a lost connection ends before its time. A server that goes away cancels what still runs; a way
  // that breaks in the middle gives INTERNAL (a reset of the stream), UNKNOWN (a stream that was removed) or
  // UNAVAILABLE.
  absl::Status FromCall(const grpc::Status& status, const WaitLimit& limit = {}) const {
    if (status.error_code() == grpc::StatusCode::CANCELLED) RETURN_IF_ERROR(limit.Check());
    absl::Status end = FromGrpc(status);
    const bool broke =
        absl::IsUnavailable(end) || absl::IsCancelled(end) || absl::IsInternal(end) || absl::IsUnknown(end);
    return broke ? Lost(end.message()) : end;
  }

  std::shared_ptr<SessionCall> call() {
    MutexLock lock(&call_mu_);
    return call_;
  }
  // The stream is this one from now on. Whoever still uses the one before keeps it until he sees that it has ended.
  void Publish(std::shared_ptr<SessionCall> next) {
    MutexLock lock(&call_mu_);
    if (call_ != nullptr) call_->Cancel();
    if (closed_) next->Cancel();
    call_.swap(next);
  }

  const std::string address_;
  const double connect_timeout_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::TensorService::Stub> stub_;
  std::unique_ptr<grpc::GenericStub> raw_stub_;
  std::unique_ptr<LocalExchange> exchange_;  // null: all bulk values go through the socket
  Mutex call_mu_;
  std::shared_ptr<SessionCall> call_ ABSL_GUARDED_BY(call_mu_);
  std::shared_ptr<ProfileCall> profile_ ABSL_GUARDED_BY(call_mu_);  // null: none
  bool closed_ ABSL_GUARDED_BY(call_mu_) = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<SessionStream>> MakeGrpcStream(const std::string& address, double connect_timeout_seconds,
                                                              bool share_memory, const ChannelOptions& channel) {
  ASSIGN_OR_RETURN(const ChannelMaker maker, ChannelMaker::Make(address, channel));
  return std::make_unique<GrpcStream>(address, connect_timeout_seconds, share_memory, maker);
}

}  // namespace eager::internal
