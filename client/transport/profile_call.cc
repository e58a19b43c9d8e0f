#include "client/transport/profile_call.h"

#include <utility>

namespace eager::internal {

ProfileCall::~ProfileCall() {
  if (reader_ == nullptr) return;
  Cancel();
  reader_->Finish();
}

grpc::Status ProfileCall::Start(const v1::ProfileRequest& request) {
  session_ = request.session();
  reader_ = stub_.Profile(&context_, request);
  v1::ProfileChunk chunk;
  if (reader_->Read(&chunk) && chunk.started()) return grpc::Status::OK;
  Cancel();  // where the server says something else
  const grpc::Status status = std::exchange(reader_, nullptr)->Finish();
  return status.ok() ? grpc::Status(grpc::StatusCode::INTERNAL, "the server ended the recording before it began")
                     : status;
}

grpc::Status ProfileCall::Stop(const std::function<bool(absl::string_view)>& write) {
  v1::StopProfileRequest request;
  request.set_session(session_);
  v1::StopProfileResponse response;
  grpc::ClientContext context;
  stub_.StopProfile(&context, request, &response);  // it may be over already, and what else is wrong the reader says
  bool wanted = true;
  for (v1::ProfileChunk chunk; wanted && reader_->Read(&chunk);) wanted = write(chunk.trace());
  if (!wanted) Cancel();
  const grpc::Status status = std::exchange(reader_, nullptr)->Finish();
  return wanted ? status : grpc::Status::OK;
}

}  // namespace eager::internal
