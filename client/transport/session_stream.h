// The client's way to a server: one of the three interfaces with several implementations (gRPC, in-process, and those of
// tests).
//
// To add one: (1) Hello answers with versions, devices and limits; (2) Write takes messages in order and may block while
// the server has not read enough; (3) Read gives the server's messages, in order, until the stream ends; (4) Upload and
// Download move the bytes of one tensor; (5) after Close, and after the stream broke, every call returns an error and
// none hangs; (6) where a link can break, Reopen makes another one; (7) ListVariables, DeleteVariable and those of profiles may stay
// as they are.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "client/transport/wait_limit.h"
#include "common/host_tensor.h"
#include "eager/v1/service.pb.h"

namespace eager::internal {

// Write, Read, Upload and Download may be called at once from different threads; each by one at a time.
class SessionStream {
 public:
  virtual ~SessionStream() = default;

  // Waits for the server's answer. UNAVAILABLE if nobody answers at the address.
  virtual absl::StatusOr<v1::HelloResponse> Hello(const v1::HelloRequest& request) = 0;
  // `message`: the bytes of a ClientMessage. Does not wait for it to be executed.
  virtual absl::Status Write(absl::string_view message) = 0;
  // Waits until Write will not wait. False if that has not come by `deadline`.
  virtual bool AwaitWritable(Deadline deadline) { return true; }
  // Waits for the next message. The error that ended the stream, once it has: UNAVAILABLE if its link broke. DEADLINE_EXCEEDED
  // if nothing has come by then.
  virtual absl::Status Read(v1::ServerMessage* message, Deadline deadline) = 0;
  // After the stream ended: what the server said last, if nobody has read it yet; false if nothing.
  virtual bool Unread(v1::ServerMessage* last) { return false; }
  // Waits for a way to the server, after the link broke. False if there is none by `deadline`.
  virtual bool AwaitLink(Deadline deadline) { return true; }
  // After the link broke: a new stream that begins with `first`, the bytes of a message with an `open`, and the server's
  // answer to that. Waits until `deadline`. UNAVAILABLE while there is no way to the server; any other error is the server's.
  // To be called by one thread at a time, and not beside Write.
  virtual absl::Status Reopen(absl::string_view first, v1::ServerMessage* answer, Deadline deadline) {
    return absl::FailedPreconditionError("this stream cannot be opened again");
  }
  // Whether the link is known to be broken; for a session that says nothing, so that it learns of it.
  virtual bool Broken() { return false; }
  // Waits until the server has ended the stream, after a message with `end`.
  virtual void AwaitEnd(Deadline deadline) {}
  // Waits until the server has all bytes. UNAVAILABLE if the link broke, DEADLINE_EXCEEDED or CANCELLED if the
  // limit ends that.
  virtual absl::Status Upload(const v1::UploadHeader& header, absl::string_view bytes, const WaitLimit& limit) = 0;
  // Waits for the values of a Fetch that was written before; `bytes`: how many are expected, 0 if that is not known. Calls
  // meanwhile() when they have been asked for, before it waits, and gives up with its error: for the stream's own answer, since
  // values of a Fetch that a broken stream lost never come.
  virtual absl::StatusOr<HostTensor> Download(const v1::DownloadRequest& request, size_t bytes, const WaitLimit& limit,
                                              const std::function<absl::Status()>& meanwhile) = 0;
  // Of the caller's named variables. Wait for the server's answer.
  virtual absl::StatusOr<v1::ListVariablesResponse> ListVariables(const v1::ListVariablesRequest&, const WaitLimit&) { return NoVariables(); }
  virtual absl::Status DeleteVariable(const v1::DeleteVariableRequest&, const WaitLimit&) { return NoVariables(); }
  // Records what the server does for the session that the request names, until StopProfile, which calls write() with one piece of
  // the trace after the other until it returns false. Both wait.
  virtual absl::Status StartProfile(const v1::ProfileRequest&) { return NoProfile(); }
  virtual absl::Status StopProfile(const std::function<bool(absl::string_view)>& write) { return NoProfile(); }
  virtual void Close() = 0;
  // For messages to people: "localhost:8470".
  virtual const std::string& address() const = 0;

 private:
  absl::Status NoProfile() const { return absl::UnimplementedError(absl::StrCat("sessions cannot be recorded at ", address())); }
  absl::Status NoVariables() const {
    return absl::UnimplementedError(absl::StrCat("named variables cannot be listed or deleted at ", address()));
  }
};

}  // namespace eager::internal
