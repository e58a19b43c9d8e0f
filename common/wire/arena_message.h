// A message that is filled, used and emptied again and again without allocating.
#pragma once

#include <memory>

#include "google/protobuf/arena.h"

namespace eager {

// The message and all its parts lie in one block that stays; only what does not fit goes to the heap, until the next
// Reset. Not thread-safe.
template <class Message>
class ArenaMessage {
 public:
  explicit ArenaMessage(size_t block_bytes = 64 << 10)
      : block_(std::make_unique<char[]>(block_bytes)), arena_(Options(block_.get(), block_bytes)) {
    Reset();
  }
  Message* operator->() { return message_; }
  Message& operator*() { return *message_; }
  const Message& operator*() const { return *message_; }
  const Message* operator->() const { return message_; }
  // An empty message in the same place.
  void Reset() {
    arena_.Reset();
    message_ = google::protobuf::Arena::CreateMessage<Message>(&arena_);
  }

 private:
  static google::protobuf::ArenaOptions Options(char* block, size_t bytes) {
    google::protobuf::ArenaOptions options;
    options.initial_block = block;
    options.initial_block_size = bytes;
    return options;
  }

  std::unique_ptr<char[]> block_;
  google::protobuf::Arena arena_;
  Message* message_ = nullptr;
};

}  // namespace eager
