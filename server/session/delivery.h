// What a session's two ends have told each other: with it a stream that breaks loses nothing and repeats nothing.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "absl/status/status.h"

namespace eager::server {

// For the thread that serves the session's stream. Replies are bytes of numbered messages; they are kept until the
// client has received them, up to a limit beyond which the oldest are dropped: a client that never says what it has
// received can then not resume, and costs no more memory.
class Delivery {
 public:
  static constexpr size_t kMaxKeptBytes = 32 << 20;
  static constexpr size_t kMaxKept = 64 << 10;
  // A client keeps its own messages until it knows that they were executed, so it is told now and then.
  static constexpr uint64_t kTellMessages = 64;
  static constexpr size_t kTellBytes = 1 << 20;

  // The client's messages are executed in order: whether this one, of so many bytes, is the next one.
  bool IsNext(uint64_t seq) const { return seq == done_seq_ + 1; }
  bool IsDone(uint64_t seq) const { return seq <= done_seq_; }
  uint64_t done_seq() const { return done_seq_; }
  void Done(uint64_t seq, size_t bytes) {
    done_seq_ = seq;
    untold_bytes_ += bytes;
  }
  // Whether the client should hear of done_seq although there is nothing else to say.
  bool MustTell() const { return done_seq_ - told_seq_ >= kTellMessages || untold_bytes_ >= kTellBytes; }
  // A message with done_seq goes to the client.
  void Told() {
    told_seq_ = done_seq_;
    untold_bytes_ = 0;
  }

  // The number of the next reply.
  uint64_t NextReply() const { return next_reply_; }
  // Keeps the reply of that number.
  void Keep(std::string reply);
  // The client has everything up to this number.
  void Received(uint64_t seq);
  // Replies of the last numbers, in order: what the client may not have.
  const std::deque<std::string>& kept() const { return kept_; }
  // Whether a client that has everything up to this number can go on by another stream. DATA_LOSS if something behind
  // it was dropped; INVALID_ARGUMENT for a number that is still to come.
  absl::Status CheckResume(uint64_t received) const;

 private:
  void DropFirst();

  uint64_t done_seq_ = 0;
  uint64_t told_seq_ = 0;
  size_t untold_bytes_ = 0;
  uint64_t next_reply_ = 1;
  std::deque<std::string> kept_;  // up to next_reply_ - 1
  size_t kept_bytes_ = 0;
};

}  // namespace eager::server
