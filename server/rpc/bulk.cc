#include "server/rpc/bulk.h"

#include <grpcpp/support/proto_buffer_reader.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/wire/chunk.h"
#include "common/wire/wire.h"
#include "eager/v1/service.pb.h"
#include "server/rpc/hello.h"
#include "server/rpc/status.h"

namespace eager::server {
namespace {

grpc::ByteBuffer Serialize(const google::protobuf::MessageLite& message) {
  grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

class UploadReactor final : public grpc::ServerReadReactor<grpc::ByteBuffer>, private ChunkSink {
 public:
  UploadReactor(SessionRegistry& sessions, absl::StatusOr<Caller> caller, Activity& activity, grpc::ByteBuffer* response)
      : work_(activity), sessions_(sessions), caller_(std::move(caller)), response_(response) {
    StartRead(&chunk_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      Finish(ToGrpc(Complete()));
      return;
    }
    grpc::ProtoBufferReader reader(&chunk_);
    if (absl::Status status = ReadChunk(&reader, &header_, *this); !status.ok()) {
      Finish(ToGrpc(status));
      return;
    }
    StartRead(&chunk_);
  }
  void OnDone() override { delete this; }

 private:
  absl::Status OnHeader() override {
    if (session_ != nullptr) return absl::InvalidArgumentError("Upload: a second header came");
    RETURN_IF_ERROR(caller_.status());
    ASSIGN_OR_RETURN(session_, sessions_.Find(header_.session(), *caller_));
    ASSIGN_OR_RETURN(spec_, FromWire(header_.spec()));
    if (spec_.dtype != DType::kString &&
        header_.num_bytes() != static_cast<uint64_t>(spec_.shape.num_elements()) * SizeOf(spec_.dtype)) {
      return absl::InvalidArgumentError(absl::StrCat("Upload: a tensor ", spec_.ToString(), " does not have ",
                                                     header_.num_bytes(), " bytes of values"));
    }
    if (header_.num_bytes() > kMaxTensorBytes) return absl::ResourceExhaustedError("Upload: the tensor is too large");
    ASSIGN_OR_RETURN(held_call_, session_->tenant().quota().StartTransfer());
    ASSIGN_OR_RETURN(held_bytes_, session_->tenant().quota().StartUpload(header_.num_bytes()));
    ASSIGN_OR_RETURN(const Place place, Place::Find(session_->queues(), header_.device()));
    ASSIGN_OR_RETURN(upload_, PlaceValue(spec_, place).StartUpload(header_.num_bytes()));
    return absl::OkStatus();
  }

  absl::StatusOr<char*> Room(size_t n) override {
    if (upload_ == nullptr) return absl::InvalidArgumentError("Upload: data came before a header");
    return upload_->Room(n);
  }

  absl::Status Complete() {
    if (upload_ == nullptr) return absl::InvalidArgumentError("Upload: no header came");
    absl::StatusOr<BufferRef> buffer = upload_->Finish();
    if (!buffer.ok()) return absl::Status(buffer.status().code(), absl::StrCat("Upload: ", buffer.status().message()));
    // Only strings have more to check than their number of bytes, and they lie on the host.
    if (spec_.dtype == DType::kString) RETURN_IF_ERROR(CheckBytes(spec_, (*buffer)->data(), (*buffer)->size()));
    RETURN_IF_ERROR(session_->uploads().Put(header_.id(), MakeRef<Tensor>(spec_, *std::move(buffer))));
    v1::UploadResponse response;
    response.set_num_bytes(header_.num_bytes());
    *response_ = Serialize(response);
    return absl::OkStatus();
  }

  const Activity::Scope work_;
  SessionRegistry& sessions_;
  const absl::StatusOr<Caller> caller_;
  grpc::ByteBuffer* response_;
  grpc::ByteBuffer chunk_;
  v1::UploadHeader header_;
  std::shared_ptr<Session> session_;
  TensorSpec spec_;
  Held held_call_, held_bytes_;
  std::unique_ptr<UploadBuffer> upload_;
};

class DownloadReactor final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  DownloadReactor(SessionRegistry& sessions, const absl::StatusOr<Caller>& caller, Activity& activity,
                  const grpc::ByteBuffer& request)
      : work_(activity) {
    if (absl::Status status = Start(sessions, caller, request); !status.ok()) Finish(ToGrpc(status));
  }

  void OnWriteDone(bool ok) override {
    if (ok && left_ > 0) {
      WriteNext(nullptr);
    } else {
      Finish(ok ? grpc::Status::OK : grpc::Status(grpc::StatusCode::CANCELLED, "the client has gone"));
    }
  }
  void OnDone() override { delete this; }

 private:
  absl::Status Start(SessionRegistry& sessions, const absl::StatusOr<Caller>& caller, const grpc::ByteBuffer& request) {
    RETURN_IF_ERROR(caller.status());
    grpc::ByteBuffer copy = request;
    grpc::ProtoBufferReader reader(&copy);
    v1::DownloadRequest parsed;
    if (!parsed.ParseFromZeroCopyStream(&reader)) return absl::InvalidArgumentError("Download: the request is garbage");
    ASSIGN_OR_RETURN(std::shared_ptr<Session> session, sessions.Find(parsed.session(), *caller));
    ASSIGN_OR_RETURN(held_call_, session->tenant().quota().StartTransfer());
    // `this` stays alive until Finish, which the taker or this function's caller sees to.
    const auto take = parsed.keep() ? &Mailbox::ShareWhenPut : &Mailbox::TakeWhenPut;
    return (session->downloads().*take)(parsed.id(), [this](absl::StatusOr<TensorRef> tensor) {
      if (!tensor.ok()) {
        Finish(ToGrpc(tensor.status()));
        return;
      }
      const Tensor& t = **tensor;
      left_ = t.num_bytes();
      download_ = t.buffer()->device()->StartDownload(t.buffer(), t.offset(), left_);
      v1::DownloadHeader header;
      ToWire(t.spec(), header.mutable_spec());
      header.set_num_bytes(left_);
      WriteNext(&header);
    });
  }

  void WriteNext(const v1::DownloadHeader* header) {
    absl::StatusOr<HostPiece> piece = download_->Next(std::min(kChunkBytes, left_));
    if (!piece.ok()) {
      Finish(ToGrpc(piece.status()));
      return;
    }
    const std::string prefix = ChunkPrefix(header, piece->size);
    // The transport sends the piece's own memory, which this reference keeps until it has.
    auto* keep = new std::shared_ptr<void>(std::move(piece->keep));
    const grpc::Slice slices[] = {
        grpc::Slice(prefix), grpc::Slice(const_cast<char*>(piece->data), piece->size,
                                         [](void* ref) { delete static_cast<std::shared_ptr<void>*>(ref); }, keep)};
    chunk_ = grpc::ByteBuffer(slices, 2);
    left_ -= piece->size;
    StartWrite(&chunk_);
  }

  Held held_call_;
  const Activity::Scope work_;
  std::unique_ptr<DownloadBuffer> download_;
  size_t left_ = 0;
  grpc::ByteBuffer chunk_;
};

}  // namespace

grpc::ServerReadReactor<grpc::ByteBuffer>* StartUpload(SessionRegistry& sessions, absl::StatusOr<Caller> caller, Activity& activity,
                                                       grpc::ByteBuffer* response) {
  return new UploadReactor(sessions, std::move(caller), activity, response);
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* StartDownload(SessionRegistry& sessions, absl::StatusOr<Caller> caller, Activity& activity,
                                                          const grpc::ByteBuffer& request) {
  return new DownloadReactor(sessions, caller, activity, request);
}

}  // namespace eager::server
