// Turns the messages of a session stream into calls on its Session. Knows no gRPC, so that an in-process client uses it
// as well.
#pragma once

#include <memory>

#include "eager/v1/session.pb.h"
#include "server/session/session_registry.h"

namespace eager::server {

// Values of up to this many bytes travel inside Constant and Fetched, larger ones by Upload and Download.
inline constexpr size_t kMaxInlineBytes = 64 << 10;

// One stream. Used by one thread at a time.
class Dispatcher {
 public:
  Dispatcher(SessionRegistry& sessions, std::string peer) : sessions_(sessions), peer_(std::move(peer)) {}
  // Closes the session: its tensors, tapes and variables are freed.
  ~Dispatcher();

  // Executes a message and adds what is to be said about it to `reply`. Returns whether `reply` must be sent.
  // An error ends the stream: the first message opened no session, or the order of messages is broken.
  absl::StatusOr<bool> Handle(const v1::ClientMessage& message, v1::ServerMessage* reply);

 private:
  absl::Status Open(const v1::ClientMessage& message);
  absl::Status HandleItem(const v1::Item& item, v1::ServerMessage* reply);
  absl::Status Run(const v1::RunOp& run);
  absl::Status Define(const v1::DefineSignature& define);
  absl::Status Put(const v1::Constant& constant);
  absl::Status Backward(const v1::Backward& backward, v1::ServerMessage* reply);
  absl::Status Answer(const v1::AnswerCustomGradient& answer, v1::ServerMessage* reply);
  absl::Status Fetch(const v1::Fetch& fetch, v1::ServerMessage* reply);

  SessionRegistry& sessions_;
  const std::string peer_;
  std::string token_;
  std::shared_ptr<Session> session_;
  uint64_t done_seq_ = 0;
};

}  // namespace eager::server
