// Turns the messages of a session stream into calls on its Session. Knows no gRPC, so that an in-process client uses it
// as well.
#pragma once

#include <memory>

#include "common/wire/arena_message.h"
#include "common/wire/client_message.h"
#include "server/rpc/message_counts.h"
#include "server/session/session_registry.h"

namespace eager::server {

// Values of up to this many bytes travel inside Constant and Fetched, larger ones by Upload and Download.
inline constexpr size_t kMaxInlineBytes = 64 << 10;
// So many in one ServerMessage; what is beyond goes by Download as well.
inline constexpr size_t kMaxReplyBytes = 8 << 20;

// One stream. Used by one thread at a time.
class Dispatcher {
 public:
  // `stream`: what others end the session by; null: nothing.
  Dispatcher(SessionRegistry& sessions, Caller caller, std::string peer, std::shared_ptr<ServingStream> stream = nullptr)
      : sessions_(sessions), caller_(std::move(caller)), peer_(std::move(peer)), stream_(std::move(stream)) {}
  // Closes the session, unless it was left: its tensors, tapes and variables are freed.
  ~Dispatcher();

  // Executes a message, given by its bytes, and adds what is to be said about it to `reply`. Returns whether `reply` must be
  // sent. An error ends the stream: the bytes are no message, the first message opened no session, or the order of messages
  // is broken.
  absl::StatusOr<bool> Handle(absl::string_view message, v1::ServerMessage* reply);

  // Null before the first message.
  Session* session() const { return session_.get(); }
  // The client has ended the session.
  bool ended() const { return ended_; }
  // When the last message came.
  MessageCounts::Clock::time_point arrived() const { return arrived_; }
  // The stream broke: leaves the session to another one.
  void Leave();

 private:
  absl::Status Open(v1::ServerMessage* reply);
  // Executes the items of message_.
  void HandleItems(v1::ServerMessage* reply);
  absl::Status HandleItem(absl::string_view bytes, v1::ServerMessage* reply);
  // Runs the items from `first` on that form a chain of elementwise ops, and what is released among them; how many items
  // these are, 0 if there is no chain.
  size_t RunChain(size_t first);
  absl::Status HandleItem(const v1::Item& item, v1::ServerMessage* reply);
  absl::Status Run(const v1::RunOp& run);
  absl::Status Define(const v1::DefineSignature& define);
  absl::Status Put(const v1::Constant& constant);
  absl::Status Backward(const v1::Backward& backward, v1::ServerMessage* reply);
  absl::Status Answer(const v1::AnswerCustomGradient& answer, v1::ServerMessage* reply);
  absl::Status Fetch(const v1::Fetch& fetch, v1::ServerMessage* reply);

  SessionRegistry& sessions_;
  const Caller caller_;
  const std::string peer_;
  const std::shared_ptr<ServingStream> stream_;
  std::string token_;
  std::shared_ptr<Session> session_;
  bool ended_ = false;
  MessageCounts::Clock::time_point arrived_;
  MessageCounts::Clock::duration waited_{0};  // for values, while the message is executed
  size_t inline_bytes_ = 0;  // in the reply to the message that is executed
  // Kept from one message to the next for their memory.
  ClientMessageView message_;
  RunItem run_;
  std::vector<RunItem> chain_;
  ArenaMessage<v1::Item> item_{4 << 10};
};

}  // namespace eager::server
