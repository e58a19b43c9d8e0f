// A user's queue on the host's processor: work happens at once, so all there is to it is who pays for its memory.
#pragma once

#include "server/device/cpu/cpu_device.h"
#include "server/device/memory_account.h"

namespace eager::server {

// Made and owned by its CpuDevice.
class CpuQueue final : public Device, public ChargedQueue {
 public:
  explicit CpuQueue(CpuDevice& device) : device_(device) {}

  const DeviceAttributes& attributes() const override { return device_.attributes(); }
  MemoryStats memory_stats() const override { return device_.memory_stats(); }
  bool SameDevice(const Device& other) const override { return device_.SameDevice(other); }
  absl::StatusOr<BufferRef> Allocate(size_t bytes) override;
  absl::Status CopyFromHost(const void* host, size_t bytes, Buffer& to, size_t offset) override {
    return device_.CopyFromHost(host, bytes, to, offset);
  }
  absl::Status CopyToHost(const Buffer& from, size_t offset, size_t bytes, void* host) override {
    return device_.CopyToHost(from, offset, bytes, host);
  }
  absl::StatusOr<std::unique_ptr<UploadBuffer>> StartUpload(size_t bytes) override;
  std::unique_ptr<DownloadBuffer> StartDownload(BufferRef from, size_t offset, size_t bytes) override {
    return device_.StartDownload(std::move(from), offset, bytes);
  }
  bool host_accessible() const override { return true; }
  void Trim() override { device_.Trim(); }

  MemoryAccount* account() override { return &account_; }
  const CpuDevice& device() const { return device_; }

 protected:
  void Free(const Buffer& buffer) override;

 private:
  CpuDevice& device_;
  MemoryAccount account_;
};

}  // namespace eager::server
