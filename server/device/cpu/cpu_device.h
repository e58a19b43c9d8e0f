// The host's processor as a device.
#pragma once

#include <atomic>

#include "server/device/cpu/pool_allocator.h"
#include "server/device/device.h"

namespace eager::server {

class CpuDevice final : public Device {
 public:
  // `memory_limit` in bytes; 0 means the host's memory.
  CpuDevice(int index, int64_t memory_limit);

  const DeviceAttributes& attributes() const override { return attributes_; }
  MemoryStats memory_stats() const override;
  absl::StatusOr<BufferRef> Allocate(size_t bytes) override;
  absl::Status CopyFromHost(const void* host, size_t bytes, Buffer& to, size_t offset) override;
  absl::Status CopyToHost(const Buffer& from, size_t offset, size_t bytes, void* host) override;
  absl::StatusOr<std::unique_ptr<UploadBuffer>> StartUpload(size_t bytes) override;
  std::unique_ptr<DownloadBuffer> StartDownload(BufferRef from, size_t offset, size_t bytes) override;
  bool host_accessible() const override { return true; }
  void Trim() override { pool_.Trim(); }

 protected:
  void Free(const Buffer& buffer) override;

 private:
  DeviceAttributes attributes_;
  PoolAllocator pool_;
  // Buffers inside their objects, beside the pool's: their number and, below it, their bytes. One counter, because every
  // small result changes both.
  static constexpr int kCountShift = 32;
  static uint64_t Counted(size_t bytes) { return (uint64_t{1} << kCountShift) | bytes; }
  std::atomic<uint64_t> inline_buffers_{0};
};

}  // namespace eager::server
