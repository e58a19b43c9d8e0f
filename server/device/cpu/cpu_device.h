// The host's processor as a device.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/mutex.h"
#include "server/device/cpu/pool_allocator.h"
#include "server/device/device.h"
#include "server/device/memory_account.h"

namespace eager::server {

class CpuQueue;

// The device as a whole. As a Device of its own it is a queue that nobody pays for.
class CpuDevice final : public Device {
 public:
  // `memory_limit` in bytes; 0: most of what this process may have of the host's memory.
  CpuDevice(int index, int64_t memory_limit);
  ~CpuDevice() override;

  const DeviceAttributes& attributes() const override { return attributes_; }
  MemoryStats memory_stats() const override;
  Device& OpenQueue() override;
  void CloseQueue(Device& queue) override;
  bool SameDevice(const Device& other) const override;
  absl::StatusOr<BufferRef> Allocate(size_t bytes) override;
  absl::Status CopyFromHost(const void* host, size_t bytes, Buffer& to, size_t offset) override;
  absl::Status CopyToHost(const Buffer& from, size_t offset, size_t bytes, void* host) override;
  absl::StatusOr<std::unique_ptr<UploadBuffer>> StartUpload(size_t bytes) override;
  std::unique_ptr<DownloadBuffer> StartDownload(BufferRef from, size_t offset, size_t bytes) override;
  bool host_accessible() const override { return true; }
  void Trim() override { pool_.Trim(); }

  // For queues. Whether a block of so many bytes lies in its buffer's object, where AddressSanitizer need not see it.
  static bool FitsInside(size_t bytes) { return !PoolAllocator::kLimitsAccess && bytes <= Buffer::kInlineBytes; }
  // A block of the pool. RESOURCE_EXHAUSTED as Allocate.
  absl::StatusOr<void*> AllocateBlock(size_t bytes);
  void FreeBlock(void* block, size_t bytes) { pool_.Free(block, bytes); }

 protected:
  void Free(const Buffer& buffer) override;

 private:
  DeviceAttributes attributes_;
  PoolAllocator pool_;
  MemoryAccount own_;
  mutable Mutex mu_;
  std::vector<std::unique_ptr<CpuQueue>> queues_ ABSL_GUARDED_BY(mu_);  // never destroyed before the device: buffers point to them
  std::deque<CpuQueue*> closed_ ABSL_GUARDED_BY(mu_);  // some of them with buffers that live on
};

}  // namespace eager::server
