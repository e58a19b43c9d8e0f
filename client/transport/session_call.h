// The session's stream as a gRPC call that its users drive themselves: no thread stands between them and the socket.
#pragma once

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <deque>
#include <memory>

#include "absl/strings/string_view.h"
#include "client/transport/session_stream.h"
#include "common/mutex.h"
#include "eager/v1/session.pb.h"

namespace eager::internal {

// As gRPC has it: by the monotonic clock, whatever becomes of the host's time.
gpr_timespec ToGrpc(Deadline deadline);

// One thread at a time may write while others read. gRPC's own blocking stream puts a waiting thread to sleep at once,
// and waking it costs more than the server takes for a small op; so a read that is likely to be short looks for its
// answer for a while before it sleeps. Whoever waits for room to write takes in what the server says meanwhile: the two
// ends never wait for each other to read.
class SessionCall {
 public:
  // Starts the call. Waits until it is on its way, not for the server.
  explicit SessionCall(grpc::GenericStub& stub);
  // Cancels the call if it has not ended.
  ~SessionCall();
  SessionCall(const SessionCall&) = delete;
  SessionCall& operator=(const SessionCall&) = delete;

  // Hands a message, the bytes of a ClientMessage, to the transport; waits while the one before it does not fit into
  // the server's window. False once the stream is known to be broken: of the last message only the next Write may know.
  bool Write(absl::string_view message);
  // Waits until Write will not wait; false if that has not come by `deadline`.
  bool AwaitWritable(Deadline deadline);
  enum class Outcome { kMessage, kEnded, kLate };
  // Waits for the next message, until `deadline`. kEnded once the stream has ended and all that came before is taken.
  Outcome Read(v1::ServerMessage* message, Deadline deadline);
  // Waits for the end of the stream; messages that come stay to be read. False if it has not come by `deadline`.
  bool AwaitEnd(Deadline deadline);
  // The last message that came and was not read; it stays to be read. False if there is none.
  bool Unread(v1::ServerMessage* last);
  // After a Read that gave kEnded: why the stream ended.
  grpc::Status Finish();
  // From any thread: ends the stream. Later calls return at once.
  void Cancel() { context_.TryCancel(); }

 private:
  using Clock = Deadline::clock;
  // Something that gRPC has been asked for; its address is the tag.
  struct Step {
    bool pending = false;
    bool ok = true;
  };

  // Marks a step as asked for. Not with mu_ held: gRPC may work in between.
  void Begin(Step& step);
  // Waits until done(), driving the queue or leaving that to a thread that already does. `read`: asks for the next
  // message all the while. False if that has not come by `deadline`.
  template <class Until>
  bool Drive(Until done, bool read, bool may_spin, Deadline deadline);
  // Takes what the queue has, without waiting.
  void Poll();
  void Done(void* tag, bool ok) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // The queue's next event; looks for it for a while before it sleeps, if that paid the last time. False if none came.
  bool NextEvent(bool may_spin, Deadline deadline, void** tag, bool* ok);

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
  grpc::ByteBuffer incoming_;  // of the read that is pending
  std::deque<grpc::ByteBuffer> inbox_ ABSL_GUARDED_BY(mu_);
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
  std::atomic<bool> garbled_{false};  // something came that is no message
  bool finished_ = false;             // Finish was called
  grpc::Status status_;               // what it gave
  bool last_wait_was_short_ = true;   // of the thread that drives the queue
};

}  // namespace eager::internal
