#include "server/rpc/exchange.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "absl/strings/str_cat.h"
#include "common/mutex.h"
#include "common/status_macros.h"
#include "common/wire/wire.h"
#include "server/exec/placement.h"
#include "server/rpc/message_counts.h"
#include "server/rpc/upload.h"

namespace eager::server {
namespace {

// Small enough that all slots stay in a cache that the cores share, large enough that a message a slot does not show.
constexpr size_t kSlotBytes = 1 << 20;
constexpr uint32_t kSlots = 4;
constexpr size_t kRingBytes = kSlots * kSlotBytes;
constexpr size_t kFileBytes = kRingBytes + sizeof(uint64_t);  // the mark stands behind the slots

// The memory: a file without a name, reached through this process's list of open files by whoever may look into it. Its size
// is sealed: a client that cut it off would end this process with a signal at the next access.
class SharedRing {
 public:
  static absl::StatusOr<std::unique_ptr<SharedRing>> Make() {
    auto ring = std::unique_ptr<SharedRing>(new SharedRing());
    ring->file_ = memfd_create("eagerd-exchange", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (ring->file_ < 0 || ftruncate(ring->file_, kFileBytes) != 0 ||
        fcntl(ring->file_, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
      return absl::UnavailableError("Exchange: this host has no memory to share");
    }
    void* memory = mmap(nullptr, kFileBytes, PROT_READ | PROT_WRITE, MAP_SHARED, ring->file_, 0);
    if (memory == MAP_FAILED) return absl::UnavailableError("Exchange: this host has no memory to share");
    ring->memory_ = static_cast<char*>(memory);
    std::random_device random;
    ring->mark_ = (uint64_t{random()} << 32) | random();
    std::memcpy(ring->memory_ + kRingBytes, &ring->mark_, sizeof(ring->mark_));
    return ring;
  }
  ~SharedRing() {
    if (memory_ != nullptr) munmap(memory_, kFileBytes);
    if (file_ >= 0) close(file_);
  }

  char* slot(uint64_t i) const { return memory_ + i % kSlots * kSlotBytes; }
  void Describe(v1::SharedMemory* out) const {
    out->set_path(absl::StrCat("/proc/", getpid(), "/fd/", file_));
    out->set_slot_bytes(kSlotBytes);
    out->set_slots(kSlots);
    out->set_mark(mark_);
  }

 private:
  SharedRing() = default;

  int file_ = -1;
  char* memory_ = nullptr;
  uint64_t mark_ = 0;
};

absl::Status Gone() { return absl::CancelledError("Exchange: the client has gone"); }

class Exchange {
 public:
  Exchange(SessionRegistry& sessions, const Caller& caller, ExchangeStream& stream, const SharedRing& ring)
      : sessions_(sessions), caller_(caller), stream_(stream), ring_(ring) {}

  absl::Status Upload(const v1::UploadHeader& header) {
    ASSIGN_OR_RETURN(const AnnouncedUpload announced, CheckUpload(sessions_, caller_, header, "Exchange"));
    const auto& [session, spec] = announced;
    if (spec.dtype == DType::kString) return absl::InvalidArgumentError("Exchange: strings go by Upload");
    ASSIGN_OR_RETURN(const Held held_call, session->tenant().quota().StartTransfer());
    ASSIGN_OR_RETURN(const Held held_bytes, session->tenant().quota().StartUpload(header.num_bytes()));
    ASSIGN_OR_RETURN(const Place place, Place::Find(session->queues(), header.device()));
    ASSIGN_OR_RETURN(std::unique_ptr<UploadBuffer> upload, PlaceValue(spec, place).StartUpload(header.num_bytes()));
    uint64_t slot = 0;
    for (uint64_t left = header.num_bytes(); left > 0; ++slot) {
      const uint64_t n = std::min<uint64_t>(left, kSlotBytes);
      v1::ExchangeRequest request;
      if (!stream_.Read(&request)) return Gone();
      if (request.filled() != n) return absl::InvalidArgumentError("Exchange: a slot is filled up or ends an upload");
      ASSIGN_OR_RETURN(char* room, upload->Room(n));
      std::memcpy(room, ring_.slot(slot), n);
      MessageCounts::Mine().Received(Path::kShared, n);
      if (spec.dtype == DType::kBool) {  // of the copy: the client may write on
        RETURN_IF_ERROR(CheckBytes({DType::kBool, Shape{static_cast<int64_t>(n)}}, room, n));
      }
      left -= n;
      v1::ExchangeReply reply;
      reply.set_freed(true);
      if (!stream_.Write(reply)) return Gone();
    }
    ASSIGN_OR_RETURN(BufferRef buffer, upload->Finish());
    RETURN_IF_ERROR(session->uploads().Put(header.id(), MakeRef<Tensor>(spec, std::move(buffer))));
    v1::ExchangeReply reply;
    reply.mutable_uploaded()->set_num_bytes(header.num_bytes());
    return stream_.Write(reply) ? absl::OkStatus() : Gone();
  }

  absl::Status Download(const v1::DownloadRequest& download) {
    ASSIGN_OR_RETURN(TensorRef tensor, Take(download));
    uint64_t left = tensor->num_bytes();
    v1::ExchangeReply reply;
    ToWire(tensor->spec(), reply.mutable_download()->mutable_spec());
    reply.mutable_download()->set_num_bytes(left);
    if (!stream_.Write(reply)) return Gone();
    const auto pieces = tensor->buffer()->device()->StartDownload(tensor->buffer(), tensor->offset(), left);
    uint64_t filled = 0, freed = 0;
    for (; left > 0; ++filled) {
      if (filled - freed == kSlots) RETURN_IF_ERROR(AwaitFreed(freed));
      const uint64_t n = std::min<uint64_t>(left, kSlotBytes);
      for (uint64_t at = 0; at < n;) {
        ASSIGN_OR_RETURN(const HostPiece piece, pieces->Next(n - at));
        std::memcpy(ring_.slot(filled) + at, piece.data, piece.size);
        at += piece.size;
      }
      left -= n;
      MessageCounts::Mine().Sent(Path::kShared, n);
      reply.set_filled(n);
      if (!stream_.Write(reply)) return Gone();
    }
    while (freed < filled) RETURN_IF_ERROR(AwaitFreed(freed));
    held_call_ = Held();
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<TensorRef> Take(const v1::DownloadRequest& download) {
    // The callback may outlive this call, which ends with its session.
    struct Arrival {
      Notification arrived;
      absl::StatusOr<TensorRef> tensor = absl::CancelledError("");
    };
    const auto arrival = std::make_shared<Arrival>();
    ASSIGN_OR_RETURN(std::shared_ptr<Session> session, sessions_.Find(download.session(), caller_));
    ASSIGN_OR_RETURN(held_call_, session->tenant().quota().StartTransfer());
    const auto take = download.keep() ? &Mailbox::ShareWhenPut : &Mailbox::TakeWhenPut;
    RETURN_IF_ERROR((session->downloads().*take)(download.id(), [arrival](absl::StatusOr<TensorRef> tensor) {
      arrival->tensor = std::move(tensor);
      arrival->arrived.Notify();
    }));
    session.reset();
    arrival->arrived.Wait();
    return std::move(arrival->tensor);
  }

  absl::Status AwaitFreed(uint64_t& freed) {
    v1::ExchangeRequest request;
    if (!stream_.Read(&request)) return Gone();
    if (!request.freed()) return absl::InvalidArgumentError("Exchange: freed slots are expected during a download");
    ++freed;
    return absl::OkStatus();
  }

  SessionRegistry& sessions_;
  const Caller caller_;
  ExchangeStream& stream_;
  const SharedRing& ring_;
  Held held_call_;  // of a download
};

}  // namespace

absl::Status ServeExchange(SessionRegistry& sessions, const Caller& caller, Activity& activity, ExchangeStream& stream) {
  v1::ExchangeRequest request;
  if (!stream.Read(&request)) return absl::OkStatus();
  if (request.kind_case() != v1::ExchangeRequest::kSession) {
    return absl::InvalidArgumentError("Exchange: the first message must name a session");
  }
  absl::StatusOr<std::shared_ptr<Session>> session = sessions.Find(request.session(), caller);
  RETURN_IF_ERROR(session.status());
  ASSIGN_OR_RETURN(const Held place, (*session)->tenant().quota().OpenExchange());
  session->reset();  // this call ends after its session
  ASSIGN_OR_RETURN(const std::unique_ptr<SharedRing> ring, SharedRing::Make());
  v1::ExchangeReply reply;
  ring->Describe(reply.mutable_memory());
  if (!stream.Write(reply)) return Gone();
  Exchange exchange(sessions, caller, stream, *ring);
  while (stream.Read(&request)) {
    const Activity::Scope work(activity);
    switch (request.kind_case()) {
      case v1::ExchangeRequest::kUpload:
        RETURN_IF_ERROR(exchange.Upload(request.upload()));
        break;
      case v1::ExchangeRequest::kDownload:
        RETURN_IF_ERROR(exchange.Download(request.download()));
        break;
      default:
        return absl::InvalidArgumentError("Exchange: an upload or a download is expected");
    }
  }
  return absl::OkStatus();
}

}  // namespace eager::server
