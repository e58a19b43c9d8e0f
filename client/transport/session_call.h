// The session's stream as a gRPC call that its users drive themselves: no thread stands between them and the socket.
#pragma once

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>

#include "common/mutex.h"
#include "absl/strings/string_view.h"
#include "eager/v1/session.pb.h"

namespace eager::internal {

// One thread at a time may write while another reads. gRPC's own blocking stream puts a waiting thread to sleep at once,
// and waking it costs more than the server takes for a small op; so a read that is likely to be short looks for its answer
// for a while before it sleeps.
class SessionCall {
 public:
  // Starts the call. Waits until it is on its way, not for the server.
  explicit SessionCall(grpc::GenericStub& stub);
  // Cancels the call if it has not ended.
  ~SessionCall();
  SessionCall(const SessionCall&) = delete;
  SessionCall& operator=(const SessionCall&) = delete;

  // Hands a message, the bytes of a ClientMessage, to the transport; waits while the one before it does not fit into the server's window. False once the
  // stream is known to be broken: of the last message only the next Write may know.
  bool Write(absl::string_view message);
  // Waits for the next message. False once the stream has ended.
  bool Read(v1::ServerMessage* message);
  // After a Read that gave false, once: why the stream ended.
  grpc::Status Finish();
  // From any thread: ends the stream. Later calls return at once.
  void Cancel() { context_.TryCancel(); }

 private:
  // Something that gRPC has been asked for; its address is the tag.
  struct Step {
    bool pending = false;
    bool ok = true;
  };

  // Marks a step as asked for. Not with mu_ held: gRPC may work in between.
  void Begin(Step& step);
  // Waits until gRPC has done a step, driving the queue or leaving that to a thread that already does; whether it went well.
  bool Await(Step& step, bool may_spin);
  // Takes what the queue has, without waiting.
  void Poll();
  void Done(void* tag, bool ok) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // The queue's next event; looks for it for a while before it sleeps, if that paid the last time.
  void NextEvent(bool may_spin, void** tag, bool* ok);

  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
  Mutex mu_;
  CondVar polled_;
  bool polling_ ABSL_GUARDED_BY(mu_) = false;  // a thread drives the queue
  Step start_ ABSL_GUARDED_BY(mu_);
  Step write_ ABSL_GUARDED_BY(mu_);
  Step read_ ABSL_GUARDED_BY(mu_);
  Step finish_ ABSL_GUARDED_BY(mu_);
  bool finished_ = false;           // Finish was called
  bool last_wait_was_short_ = true;  // of the thread that drives the queue
};

}  // namespace eager::internal
