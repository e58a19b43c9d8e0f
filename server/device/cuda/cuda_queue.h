// A queue of a GPU: one stream, and what belongs to its order.
#pragma once

#include <cuda_runtime_api.h>

#include <atomic>
#include <memory>

#include "server/device/cuda/block_cache.h"
#include "server/device/cuda/cuda_device.h"
#include "server/device/cuda/pinned_ring.h"
#include "server/device/memory_account.h"

namespace eager::server {

// What the kernels of a queue keep between calls: library handles and workspaces.
class QueueState {
 public:
  virtual ~QueueState() = default;
};

// Made and owned by its CudaDevice. Memory and copies are for any thread; kernels, `state` and the stream itself are for
// one thread at a time.
class CudaQueue final : public Device, public ChargedQueue {
 public:
  static absl::StatusOr<std::unique_ptr<CudaQueue>> Make(CudaDevice& device);
  ~CudaQueue() override;

  const DeviceAttributes& attributes() const override { return device_.attributes(); }
  MemoryStats memory_stats() const override { return device_.memory_stats(); }
  HardwareStats hardware_stats() const override { return device_.hardware_stats(); }
  absl::Status health() const override;
  absl::Status Enter() override;
  absl::Status Reset() override { return device_.Reset(); }
  bool SameDevice(const Device& other) const override;
  void WaitFor(Device& other) override;
  absl::Status Synchronize() override;
  absl::StatusOr<BufferRef> Allocate(size_t bytes) override;
  absl::Status CopyFromHost(const void* host, size_t bytes, Buffer& to, size_t offset) override;
  absl::Status CopyToHost(const Buffer& from, size_t offset, size_t bytes, void* host) override;
  absl::Status CopyFromDevice(const Buffer& from, size_t offset, size_t bytes, Buffer& to) override;
  absl::StatusOr<std::unique_ptr<UploadBuffer>> StartUpload(size_t bytes) override;
  std::unique_ptr<DownloadBuffer> StartDownload(BufferRef from, size_t offset, size_t bytes) override;
  bool host_accessible() const override { return false; }
  void Trim() override;

  // None for the device's first queue, which several may share.
  MemoryAccount* account() override { return device_.IsFirst(*this) ? nullptr : &account_; }
  CudaDevice& device() const { return device_; }
  cudaStream_t stream() const { return stream_; }
  // OK if the launches since the last call went well.
  absl::Status CheckLaunch(absl::string_view what) { return device_.Note(cudaGetLastError(), what); }
  // Kept for the kernels of this queue; null until they set it.
  std::unique_ptr<QueueState>& state() { return state_; }
  // The device was reset: nothing works here any more, and what lay here is gone.
  void Abandon();

 protected:
  void Free(const Buffer& buffer) override;

 private:
  // How a buffer is given back.
  enum Tag : uint32_t { kCached = 0, kUpload = 1, kEmpty = 2 };
  friend class CudaDevice;
  friend class CudaUpload;

  explicit CudaQueue(CudaDevice& device) : device_(device) {}

  CudaDevice& device_;
  cudaStream_t stream_ = nullptr;
  cudaEvent_t event_ = nullptr;  // for others that wait
  std::atomic<bool> abandoned_{false};
  MemoryAccount account_;
  BlockCache cache_;
  Mutex ring_mu_;
  PinnedRing ring_ ABSL_GUARDED_BY(ring_mu_);
  std::unique_ptr<QueueState> state_;
};

}  // namespace eager::server
