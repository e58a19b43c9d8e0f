#include "client/transport/local_exchange.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "common/wire/chunk.h"
#include "common/wire/wire.h"

namespace eager::internal {

LocalExchange::~LocalExchange() {
  Close();
  MutexLock lock(&mu_);
  if (call_ != nullptr) End();
}

void LocalExchange::Close() {
  MutexLock lock(&context_mu_);
  closed_ = true;
  if (context_ != nullptr) context_->TryCancel();
}

bool LocalExchange::Broken() {
  MutexLock lock(&context_mu_);
  context_->TryCancel();
  return false;
}

grpc::Status LocalExchange::End() {
  v1::ExchangeReply rest;
  while (call_->Read(&rest)) {
  }
  const grpc::Status status = call_->Finish();
  call_.reset();
  if (memory_ != nullptr) munmap(memory_, mapped_bytes_);
  memory_ = nullptr;
  return status;
}

bool LocalExchange::Map(const v1::SharedMemory& memory) {
  constexpr uint64_t kMostBytes = uint64_t{1} << 30;
  slot_bytes_ = memory.slot_bytes();
  slots_ = memory.slots();
  if (slots_ == 0 || slot_bytes_ == 0 || slot_bytes_ > kMostBytes / slots_) return false;
  const uint64_t ring_bytes = slots_ * slot_bytes_;
  const int file = open(memory.path().c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return false;  // another host or container, or another user's server
  struct stat about;
  mapped_bytes_ = ring_bytes + sizeof(uint64_t);
  if (fstat(file, &about) == 0 && S_ISREG(about.st_mode) && about.st_size == static_cast<off_t>(mapped_bytes_)) {
    void* mapped = mmap(nullptr, mapped_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (mapped != MAP_FAILED) memory_ = static_cast<char*>(mapped);
  }
  close(file);
  uint64_t mark = 0;
  if (memory_ != nullptr) std::memcpy(&mark, memory_ + ring_bytes, sizeof(mark));
  return memory_ != nullptr && mark == memory.mark();
}

bool LocalExchange::Open(const std::string& session) {
  if (given_up_) return false;
  if (call_ != nullptr) return true;
  {
    MutexLock lock(&context_mu_);
    context_ = std::make_unique<grpc::ClientContext>();
    if (closed_) context_->TryCancel();
    call_ = stub_.Exchange(context_.get());
  }
  v1::ExchangeRequest request;
  request.set_session(session);
  v1::ExchangeReply reply;
  if (call_->Write(request) && call_->Read(&reply) && reply.has_memory() && Map(reply.memory())) return true;
  given_up_ = true;
  call_->WritesDone();
  End();
  return false;
}

std::optional<grpc::Status> LocalExchange::Upload(const v1::UploadHeader& header, absl::string_view bytes) {
  MutexLock lock(&mu_);
  if (!Open(header.session())) return std::nullopt;
  if (UploadSlots(header, bytes)) return grpc::Status::OK;
  return End();
}

bool LocalExchange::UploadSlots(const v1::UploadHeader& header, absl::string_view bytes) {
  v1::ExchangeRequest request;
  *request.mutable_upload() = header;
  if (!call_->Write(request)) return false;
  v1::ExchangeReply reply;
  uint64_t filled = 0, freed = 0;
  for (size_t sent = 0; sent < bytes.size(); ++filled) {
    for (; filled - freed == slots_; ++freed) {
      if (!call_->Read(&reply)) return false;
      if (!reply.freed()) return Broken();
    }
    const size_t n = std::min<size_t>(slot_bytes_, bytes.size() - sent);
    std::memcpy(Slot(filled), bytes.data() + sent, n);
    sent += n;
    request.set_filled(n);
    if (!call_->Write(request)) return false;
  }
  for (; freed < filled; ++freed) {
    if (!call_->Read(&reply)) return false;
    if (!reply.freed()) return Broken();
  }
  if (!call_->Read(&reply)) return false;
  return reply.has_uploaded() || Broken();
}

std::optional<grpc::Status> LocalExchange::Download(const v1::DownloadRequest& request, absl::StatusOr<HostTensor>* values) {
  MutexLock lock(&mu_);
  if (!Open(request.session())) return std::nullopt;
  HostTensor tensor;
  if (!DownloadSlots(request, &tensor)) return End();
  const absl::Status fits = CheckBytes(tensor.spec(), tensor.data(), tensor.num_bytes());
  *values = fits.ok() ? absl::StatusOr<HostTensor>(std::move(tensor)) : fits;
  return grpc::Status::OK;
}

bool LocalExchange::DownloadSlots(const v1::DownloadRequest& download, HostTensor* values) {
  v1::ExchangeRequest request;
  *request.mutable_download() = download;
  v1::ExchangeReply reply;
  if (!call_->Write(request) || !call_->Read(&reply)) return false;
  absl::StatusOr<TensorSpec> spec = FromWire(reply.download().spec());
  if (!reply.has_download() || !spec.ok() || !CheckTransfer(*spec, reply.download().num_bytes()).ok()) return Broken();
  *values = HostTensor::Uninitialized(*std::move(spec), reply.download().num_bytes());
  uint64_t slot = 0;
  for (size_t received = 0; received < values->num_bytes(); ++slot) {
    if (!call_->Read(&reply)) return false;
    if (reply.filled() == 0 || reply.filled() > std::min<uint64_t>(slot_bytes_, values->num_bytes() - received)) return Broken();
    std::memcpy(static_cast<char*>(values->data()) + received, Slot(slot), reply.filled());
    received += reply.filled();
    request.set_freed(true);
    if (!call_->Write(request)) return false;
  }
  return true;
}

}  // namespace eager::internal
