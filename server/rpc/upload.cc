#include "server/rpc/upload.h"

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/wire/wire.h"
#include "server/exec/placement.h"
#include "server/rpc/hello.h"

namespace eager::server {
namespace {

absl::Status Upload(const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat("Upload: ", status.message()));
}

}  // namespace

absl::StatusOr<AnnouncedUpload> CheckUpload(SessionRegistry& sessions, const Caller& caller, const v1::UploadHeader& header,
                                            absl::string_view call) {
  AnnouncedUpload upload;
  ASSIGN_OR_RETURN(upload.session, sessions.Find(header.session(), caller));
  ASSIGN_OR_RETURN(upload.spec, FromWire(header.spec()));
  if (header.num_bytes() > kMaxTensorBytes) {
    return absl::ResourceExhaustedError(absl::StrCat(call, ": the tensor is too large"));
  }
  if (absl::Status status = CheckTransfer(upload.spec, header.num_bytes()); !status.ok()) {
    return absl::Status(status.code(), absl::StrCat(call, ": ", status.message()));
  }
  return upload;
}

absl::Status UploadAssembler::OnHeader() {
  if (announced_.session != nullptr) return absl::InvalidArgumentError("Upload: a second header came");
  RETURN_IF_ERROR(caller_.status());
  ASSIGN_OR_RETURN(announced_, CheckUpload(sessions_, *caller_, header_, "Upload"));
  TenantQuota& quota = announced_.session->tenant().quota();
  ASSIGN_OR_RETURN(held_call_, quota.StartTransfer());
  ASSIGN_OR_RETURN(held_bytes_, quota.StartUpload(header_.num_bytes()));
  ASSIGN_OR_RETURN(const Place place, Place::Find(announced_.session->queues(), header_.device()));
  ASSIGN_OR_RETURN(upload_, PlaceValue(announced_.spec, place).StartUpload(header_.num_bytes()));
  return absl::OkStatus();
}

absl::StatusOr<char*> UploadAssembler::Room(size_t n) {
  if (upload_ == nullptr) return absl::InvalidArgumentError("Upload: data came before a header");
  RETURN_IF_ERROR(CheckLast());
  absl::StatusOr<char*> room = upload_->Room(n);
  if (!room.ok()) return Upload(room.status());
  last_ = *room;
  last_bytes_ = n;
  return room;
}

absl::Status UploadAssembler::CheckLast() {
  if (announced_.spec.dtype != DType::kBool || last_bytes_ == 0) return absl::OkStatus();
  const absl::Status status = CheckBytes({DType::kBool, Shape{static_cast<int64_t>(last_bytes_)}}, last_, last_bytes_);
  last_bytes_ = 0;
  return status.ok() ? status : Upload(status);
}

absl::StatusOr<v1::UploadResponse> UploadAssembler::Complete() {
  if (upload_ == nullptr) return absl::InvalidArgumentError("Upload: no header came");
  RETURN_IF_ERROR(CheckLast());
  absl::StatusOr<BufferRef> buffer = upload_->Finish();
  if (!buffer.ok()) return Upload(buffer.status());
  // Strings have offsets to check, and lie on the host.
  const TensorSpec& spec = announced_.spec;
  if (spec.dtype == DType::kString) {
    if (absl::Status status = CheckBytes(spec, (*buffer)->data(), (*buffer)->size()); !status.ok()) return Upload(status);
  }
  RETURN_IF_ERROR(announced_.session->uploads().Put(header_.id(), MakeRef<Tensor>(spec, *std::move(buffer))));
  v1::UploadResponse response;
  response.set_num_bytes(header_.num_bytes());
  return response;
}

}  // namespace eager::server
