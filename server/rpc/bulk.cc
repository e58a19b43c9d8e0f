#include "server/rpc/bulk.h"

#include <grpcpp/support/proto_buffer_reader.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/wire/chunk.h"
#include "common/wire/wire.h"
#include "eager/v1/service.pb.h"
#include "server/rpc/call_counts.h"
#include "server/rpc/message_counts.h"
#include "server/rpc/status.h"
#include "server/rpc/upload.h"

namespace eager::server {
namespace {

grpc::ByteBuffer Serialize(const google::protobuf::MessageLite& message) {
  grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

class UploadReactor final : public grpc::ServerReadReactor<grpc::ByteBuffer> {
 public:
  UploadReactor(SessionRegistry& sessions, absl::StatusOr<Caller> caller, Activity& activity, grpc::ByteBuffer* response)
      : work_(activity), upload_(sessions, std::move(caller)), response_(response) {
    StartRead(&chunk_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      const absl::StatusOr<v1::UploadResponse> response = upload_.Complete();
      if (response.ok()) *response_ = Serialize(*response);
      Finish(call_.Ended(ToGrpc(response.status())));
      return;
    }
    MessageCounts::Mine().Received(Path::kBulk, chunk_.Length());
    grpc::ProtoBufferReader reader(&chunk_);
    if (absl::Status status = upload_.Add(&reader); !status.ok()) {
      Finish(call_.Ended(ToGrpc(status)));
      return;
    }
    StartRead(&chunk_);
  }
  void OnDone() override { delete this; }

 private:
  CallCounts::Call call_{"Upload"};
  const Activity::Scope work_;
  UploadAssembler upload_;
  grpc::ByteBuffer* response_;
  grpc::ByteBuffer chunk_;
};

class DownloadReactor final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  DownloadReactor(SessionRegistry& sessions, const absl::StatusOr<Caller>& caller, Activity& activity,
                  const grpc::ByteBuffer& request)
      : work_(activity) {
    if (absl::Status status = Start(sessions, caller, request); !status.ok()) End(ToGrpc(status));
  }

  void OnWriteDone(bool ok) override {
    if (ok && left_ > 0) {
      WriteNext(nullptr);
    } else {
      End(ok ? grpc::Status::OK : grpc::Status(grpc::StatusCode::CANCELLED, "the client has gone"));
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
        End(ToGrpc(tensor.status()));
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

  void End(grpc::Status status) { Finish(call_.Ended(std::move(status))); }

  void WriteNext(const v1::DownloadHeader* header) {
    absl::StatusOr<HostPiece> piece = download_->Next(std::min(kChunkBytes, left_));
    if (!piece.ok()) {
      End(ToGrpc(piece.status()));
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
    MessageCounts::Mine().Sent(Path::kBulk, chunk_.Length());
    StartWrite(&chunk_);
  }

  CallCounts::Call call_{"Download"};
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
