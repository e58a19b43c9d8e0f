#include "server/device/cuda/cuda_queue.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/device/cuda/cuda_status.h"
#include "server/device/cuda/cuda_transfer.h"
#include "server/device/cuda/store_bytes.h"

namespace eager::server {

absl::StatusOr<std::unique_ptr<CudaQueue>> CudaQueue::Make(CudaDevice& device) {
  auto queue = std::unique_ptr<CudaQueue>(new CudaQueue(device));
  device.MakeCurrent();
  RETURN_IF_ERROR(device.Note(cudaStreamCreateWithFlags(&queue->stream_, cudaStreamNonBlocking), "a new stream"));
  RETURN_IF_ERROR(device.Note(cudaEventCreateWithFlags(&queue->event_, cudaEventDisableTiming), "a new event"));
  return queue;
}

CudaQueue::~CudaQueue() {
  if (abandoned_) return;  // its stream went with the context
  device_.MakeCurrent();
  if (stream_ != nullptr) cudaStreamSynchronize(stream_);
  state_.reset();
  Trim();
  if (event_ != nullptr) cudaEventDestroy(event_);
  if (stream_ != nullptr) cudaStreamDestroy(stream_);
}

absl::Status CudaQueue::health() const {
  if (!abandoned_.load(std::memory_order_relaxed)) return device_.health();
  return absl::UnavailableError(absl::StrCat(
      attributes().name, " was reset, and what this session had on it is gone: start a new session"));
}

absl::Status CudaQueue::Enter() {
  if (abandoned_.load(std::memory_order_relaxed) || !device_.works()) return health();
  device_.MakeCurrent();
  return absl::OkStatus();
}

bool CudaQueue::SameDevice(const Device& other) const { return device_.SameDevice(other); }

void CudaQueue::WaitFor(Device& other) {
  auto* queue = dynamic_cast<CudaQueue*>(&other);
  if (queue == nullptr || queue == this || abandoned_ || queue->abandoned_) return;
  queue->device_.MakeCurrent();
  cudaError_t error = cudaEventRecord(queue->event_, queue->stream_);
  device_.MakeCurrent();
  if (error == cudaSuccess) error = cudaStreamWaitEvent(stream_, queue->event_, 0);
  (void)device_.Note(error, "waiting for another queue");
}

absl::Status CudaQueue::Synchronize() {
  RETURN_IF_ERROR(health());
  device_.MakeCurrent();
  return device_.Note(cudaStreamSynchronize(stream_), "an earlier op");
}

absl::StatusOr<BufferRef> CudaQueue::Allocate(size_t bytes) {
  RETURN_IF_ERROR(health());
  if (bytes == 0) {
    device_.CountBuffer(0);
    return MakeRef<Buffer>(this, nullptr, 0, kEmpty);
  }
  if (bytes > BlockCache::Classes::kMost) {
    return absl::ResourceExhaustedError(
        absl::StrCat(attributes().name, " is out of memory: ", bytes, " bytes asked for"));
  }
  if (!account_.Charge(bytes)) return account_.Exceeded(attributes().name, bytes);
  const int size_class = BlockCache::Classes::ClassOf(bytes);
  void* block = cache_.Take(size_class);
  if (block == nullptr) {
    device_.MakeCurrent();
    const absl::StatusOr<void*> fresh = device_.AllocateBlock(BlockCache::Classes::SizeOf(size_class), bytes, stream_);
    if (!fresh.ok()) {
      account_.Refund(bytes);
      return fresh.status();
    }
    block = *fresh;
  }
  device_.CountBuffer(bytes);
  return MakeRef<Buffer>(this, block, bytes, kCached);
}

void CudaQueue::Free(const Buffer& buffer) {
  device_.UncountBuffer(buffer.size());
  if (buffer.size() > 0) account_.Refund(buffer.size());
  if (buffer.tag() == kEmpty || abandoned_.load(std::memory_order_relaxed)) return;
  if (buffer.tag() == kCached) return cache_.Put(BlockCache::Classes::ClassOf(buffer.size()), buffer.data());
  device_.MakeCurrent();
  device_.FreeBlock(buffer.data(), buffer.size(), stream_);
}

absl::Status CudaQueue::CopyFromHost(const void* host, size_t bytes, Buffer& to, size_t offset) {
  RETURN_IF_ERROR(health());
  if (bytes == 0) return absl::OkStatus();
  device_.MakeCurrent();
  char* place = static_cast<char*>(to.data()) + offset;
  if (bytes <= kMaxStoredBytes) return device_.Note(StoreBytes(host, bytes, place, stream_), "storing a value");
  MutexLock lock(&ring_mu_);
  return ring_.Copy(*device_.pinned(), host, bytes, place, stream_);
}

absl::Status CudaQueue::CopyToHost(const Buffer& from, size_t offset, size_t bytes, void* host) {
  RETURN_IF_ERROR(health());
  if (bytes == 0) return absl::OkStatus();
  device_.MakeCurrent();
  // Two slots: one fills while the other is copied on.
  const char* src = static_cast<const char*>(from.data()) + offset;
  char* dst = static_cast<char*>(host);
  std::shared_ptr<char> slots[2];
  size_t sizes[2] = {0, 0};
  size_t asked = 0;
  const auto ask = [&](int i) -> absl::Status {
    sizes[i] = std::min(bytes - asked, PinnedPool::kSlotBytes);
    if (sizes[i] == 0) return absl::OkStatus();
    if (!slots[i]) {
      ASSIGN_OR_RETURN(slots[i], device_.pinned()->Take());
    }
    RETURN_IF_ERROR(device_.Note(
        cudaMemcpyAsync(slots[i].get(), src + asked, sizes[i], cudaMemcpyDeviceToHost, stream_), "reading a value"));
    asked += sizes[i];
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(ask(0));
  for (int i = 0; sizes[i] > 0; i = 1 - i) {
    RETURN_IF_ERROR(device_.Note(cudaStreamSynchronize(stream_), "an earlier op"));
    RETURN_IF_ERROR(ask(1 - i));
    std::memcpy(dst, slots[i].get(), sizes[i]);
    dst += sizes[i];
  }
  return absl::OkStatus();
}

absl::Status CudaQueue::CopyFromDevice(const Buffer& from, size_t offset, size_t bytes, Buffer& to) {
  RETURN_IF_ERROR(health());
  auto* other = static_cast<CudaQueue*>(from.device());
  RETURN_IF_ERROR(other->health());
  WaitFor(*other);
  const char* src = static_cast<const char*>(from.data()) + offset;
  RETURN_IF_ERROR(device_.Note(cudaMemcpyPeerAsync(to.data(), device_.ordinal(), src, other->device_.ordinal(), bytes, stream_),
                               "a copy between devices"));
  other->WaitFor(*this);  // `from` may be freed, and used again, in its own order
  device_.MakeCurrent();
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<UploadBuffer>> CudaQueue::StartUpload(size_t bytes) {
  RETURN_IF_ERROR(health());
  return CudaUpload::Make(*this, bytes);
}

std::unique_ptr<DownloadBuffer> CudaQueue::StartDownload(BufferRef from, size_t offset, size_t bytes) {
  return std::make_unique<CudaDownload>(*this, std::move(from), offset, bytes);
}

void CudaQueue::Trim() {
  device_.MakeCurrent();
  cache_.Drain([&](void* block, size_t bytes) { device_.FreeBlock(block, bytes, stream_); });
}

void CudaQueue::Abandon() {
  abandoned_ = true;
  (void)state_.release();  // its handles went with the context: to destroy them now would touch what is gone
  cache_.Drain([](void*, size_t) {});
  MutexLock lock(&ring_mu_);
  ring_.Abandon();
}

}  // namespace eager::server
