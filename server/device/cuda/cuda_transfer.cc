#include "server/device/cuda/cuda_transfer.h"

#include <algorithm>

#include "common/status_macros.h"
#include "server/device/cuda/cuda_status.h"
#include "server/device/host_transfer.h"

namespace eager::server {

absl::StatusOr<std::unique_ptr<UploadBuffer>> CudaUpload::Make(CudaQueue& queue, size_t bytes) {
  CudaDevice& device = queue.device();
  auto upload = std::unique_ptr<CudaUpload>(new CudaUpload(queue, bytes));
  device.MakeCurrent();
  RETURN_IF_CUDA_ERROR(cudaStreamCreateWithFlags(&upload->stream_, cudaStreamNonBlocking));
  if (bytes == 0) {
    ASSIGN_OR_RETURN(upload->buffer_, queue.Allocate(0));
    return upload;
  }
  // Not from the queue's freed blocks: those are free only after all that the queue still has to do.
  if (!queue.account_.Charge(bytes)) return queue.account_.Exceeded(device.attributes().name, bytes);
  const absl::StatusOr<void*> block = device.AllocateBlock(bytes, bytes, upload->stream_);
  if (!block.ok()) {
    queue.account_.Refund(bytes);
    return block.status();
  }
  device.CountBuffer(bytes);
  upload->buffer_ = MakeRef<Buffer>(&queue, *block, bytes, CudaQueue::kUpload);
  return upload;
}

CudaUpload::~CudaUpload() {
  queue_.device().MakeCurrent();
  if (stream_ != nullptr) cudaStreamSynchronize(stream_);  // before the buffer and the slots go
  for (Sent& sent : in_flight_) cudaEventDestroy(sent.done);
  if (stream_ != nullptr) cudaStreamDestroy(stream_);
}

absl::StatusOr<char*> CudaUpload::Room(size_t n) {
  queue_.device().MakeCurrent();
  if (large_ || filled_ + n > PinnedPool::kSlotBytes) RETURN_IF_ERROR(Flush());
  if (n > bytes_ - sent_ - filled_) return HostUpload::TooMany(bytes_);
  if (n > PinnedPool::kSlotBytes) {
    large_.reset(new char[n]);
    filled_ = n;
    return large_.get();
  }
  if (!slot_) {
    ASSIGN_OR_RETURN(slot_, FreeSlot());
  }
  filled_ += n;
  return slot_.get() + filled_ - n;
}

absl::Status CudaUpload::Flush() {
  if (filled_ == 0) return absl::OkStatus();
  char* to = static_cast<char*>(buffer_->data()) + sent_;
  if (large_) {
    RETURN_IF_CUDA_ERROR(cudaMemcpyAsync(to, large_.get(), filled_, cudaMemcpyHostToDevice, stream_));
    RETURN_IF_CUDA_ERROR(cudaStreamSynchronize(stream_));
    large_.reset();
  } else {
    RETURN_IF_CUDA_ERROR(cudaMemcpyAsync(to, slot_.get(), filled_, cudaMemcpyHostToDevice, stream_));
    Sent sent{std::move(slot_)};
    RETURN_IF_CUDA_ERROR(cudaEventCreateWithFlags(&sent.done, cudaEventDisableTiming));
    in_flight_.push_back(sent);
    RETURN_IF_CUDA_ERROR(cudaEventRecord(sent.done, stream_));
    slot_.reset();
  }
  sent_ += filled_;
  filled_ = 0;
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<char>> CudaUpload::FreeSlot() {
  if (in_flight_.size() < kInFlight) return queue_.device().pinned()->Take();
  Sent oldest = std::move(in_flight_.front());
  in_flight_.pop_front();
  const cudaError_t error = cudaEventSynchronize(oldest.done);
  cudaEventDestroy(oldest.done);
  RETURN_IF_ERROR(queue_.device().Note(error, "an upload"));
  return std::move(oldest.slot);
}

absl::StatusOr<BufferRef> CudaUpload::Finish() {
  queue_.device().MakeCurrent();
  RETURN_IF_ERROR(Flush());
  if (sent_ != bytes_) return HostUpload::Missing(sent_, bytes_);
  RETURN_IF_ERROR(queue_.device().Note(cudaStreamSynchronize(stream_), "an upload"));
  return std::move(buffer_);
}

CudaDownload::CudaDownload(CudaQueue& queue, BufferRef from, size_t offset, size_t bytes)
    : queue_(queue), from_(std::move(from)), at_(offset), left_(bytes) {
  queue_.device().MakeCurrent();
  cudaEvent_t ready = nullptr;
  cudaError_t error = cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking);
  if (error == cudaSuccess) error = cudaEventCreateWithFlags(&ready, cudaEventDisableTiming);
  if (error == cudaSuccess) error = cudaEventRecord(ready, queue_.stream());
  if (error == cudaSuccess) error = cudaStreamWaitEvent(stream_, ready, 0);
  if (ready != nullptr) cudaEventDestroy(ready);
  status_ = queue_.device().Note(error, "a download");
  if (status_.ok()) status_ = Prefetch();
}

CudaDownload::~CudaDownload() {
  queue_.device().MakeCurrent();
  if (stream_ != nullptr) cudaStreamSynchronize(stream_);  // before the buffer and the slots go
  for (Coming& coming : coming_) cudaEventDestroy(coming.done);
  if (stream_ != nullptr) cudaStreamDestroy(stream_);
}

absl::Status CudaDownload::Prefetch() {
  while (left_ > 0 && coming_.size() < kAhead) {
    Coming next;
    ASSIGN_OR_RETURN(next.slot, queue_.device().pinned()->Take());
    next.size = std::min(left_, PinnedPool::kSlotBytes);
    const char* from = static_cast<const char*>(from_->data()) + at_;
    RETURN_IF_CUDA_ERROR(cudaMemcpyAsync(next.slot.get(), from, next.size, cudaMemcpyDeviceToHost, stream_));
    RETURN_IF_CUDA_ERROR(cudaEventCreateWithFlags(&next.done, cudaEventDisableTiming));
    coming_.push_back(next);
    RETURN_IF_CUDA_ERROR(cudaEventRecord(next.done, stream_));
    at_ += next.size;
    left_ -= next.size;
  }
  return absl::OkStatus();
}

absl::StatusOr<HostPiece> CudaDownload::Next(size_t n) {
  RETURN_IF_ERROR(status_);
  queue_.device().MakeCurrent();
  if (coming_.empty()) return HostPiece{};
  Coming& front = coming_.front();
  RETURN_IF_ERROR(queue_.device().Note(cudaEventSynchronize(front.done), "a download"));
  const HostPiece piece{front.slot.get() + taken_, std::min(n, front.size - taken_), front.slot};
  taken_ += piece.size;
  if (taken_ == front.size) {
    cudaEventDestroy(front.done);
    coming_.pop_front();
    taken_ = 0;
    status_ = Prefetch();
  }
  return piece;
}

}  // namespace eager::server
