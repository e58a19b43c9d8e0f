// The values of one upload, put together from its chunks. Knows no gRPC.
#pragma once

#include <memory>

#include "common/wire/chunk.h"
#include "eager/v1/service.pb.h"
#include "server/session/session_registry.h"

namespace eager::server {

// What an upload's header announces, once it is found right: INVALID_ARGUMENT for a spec that cannot have that many bytes or
// no values at all, NOT_FOUND for an unknown session, RESOURCE_EXHAUSTED for what is larger than any transfer. `call` is what
// errors begin with.
struct AnnouncedUpload {
  std::shared_ptr<Session> session;
  TensorSpec spec;
};
absl::StatusOr<AnnouncedUpload> CheckUpload(SessionRegistry& sessions, const Caller& caller, const v1::UploadHeader& header,
                                            absl::string_view call);

// The place for the values is taken from the device's memory when the header comes, so that no more can be announced than
// the device's limit allows; it is given back if the upload breaks off. Not thread-safe.
class UploadAssembler final : private ChunkSink {
 public:
  // Fails where there is no caller.
  UploadAssembler(SessionRegistry& sessions, absl::StatusOr<Caller> caller) : sessions_(sessions), caller_(std::move(caller)) {}

  // One chunk's bytes. After an error nothing else may be added.
  absl::Status Add(google::protobuf::io::ZeroCopyInputStream* chunk) { return ReadChunk(chunk, &header_, *this); }
  // At the end of the stream: the values wait in the session from now on.
  absl::StatusOr<v1::UploadResponse> Complete();

 private:
  absl::Status OnHeader() override;
  absl::StatusOr<char*> Room(size_t n) override;
  // Of the bytes that Room() had asked for last.
  absl::Status CheckLast();

  SessionRegistry& sessions_;
  const absl::StatusOr<Caller> caller_;
  v1::UploadHeader header_;
  AnnouncedUpload announced_;
  Held held_call_, held_bytes_;
  std::unique_ptr<UploadBuffer> upload_;
  const char* last_ = nullptr;
  size_t last_bytes_ = 0;
};

}  // namespace eager::server
