// The host's processor as a device.
#pragma once

#include "server/device/cpu/pool_allocator.h"
#include "server/device/device.h"

namespace eager::server {

class CpuDevice final : public Device {
 public:
  // `memory_limit` in bytes; 0 means the host's memory.
  CpuDevice(int index, int64_t memory_limit);

  const DeviceAttributes& attributes() const override { return attributes_; }
  MemoryStats memory_stats() const override { return pool_.stats(); }
  absl::StatusOr<BufferRef> Allocate(size_t bytes) override;
  absl::Status CopyFromHost(const void* host, size_t bytes, Buffer& to, size_t offset) override;
  absl::Status CopyToHost(const Buffer& from, size_t offset, size_t bytes, void* host) override;
  bool host_accessible() const override { return true; }
  void Trim() override { pool_.Trim(); }

 protected:
  void Free(void* data, size_t size, size_t capacity) override { pool_.Free(data, size, capacity); }

 private:
  DeviceAttributes attributes_;
  PoolAllocator pool_;
};

}  // namespace eager::server
