// A GPU of this host: its memory pool, its queues, and whether it still works.
#pragma once

#include <cuda_runtime_api.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/mutex.h"
#include "server/device/cuda/pinned_pool.h"
#include "server/device/cuda_devices.h"

namespace eager::server {

class CudaQueue;

// The device as a whole. What it computes, it computes on queues: as a Device of its own it is its first queue.
class CudaDevice final : public Device {
 public:
  // INTERNAL, with CUDA's text, if the GPU cannot be used.
  static absl::StatusOr<std::unique_ptr<CudaDevice>> Make(int ordinal, const GpuOptions& options);
  ~CudaDevice() override;

  const DeviceAttributes& attributes() const override { return attributes_; }
  MemoryStats memory_stats() const override;
  HardwareStats hardware_stats() const override;
  absl::Status health() const override;
  void OnHealthChange(std::function<void()> changed) override { changed_ = std::move(changed); }
  // Ends every queue: what lay on them is lost, and sessions that go on with them are told so. New ones work.
  absl::Status Reset() override;
  Device& OpenQueue() override;
  void CloseQueue(Device& queue) override;
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
  // Gives the free blocks of every queue back to the driver.
  void Trim() override;

  // For queues and kernels.
  int ordinal() const { return ordinal_; }
  bool works() const { return !failed_.load(std::memory_order_relaxed); }
  const cudaDeviceProp& properties() const { return properties_; }
  const GpuOptions& options() const { return options_; }
  bool IsFirst(const CudaQueue& queue) const { return &first_queue() == &queue; }
  const std::shared_ptr<PinnedPool>& pinned() const { return pinned_; }
  // Lets CUDA calls of this thread mean this device.
  void MakeCurrent() const;
  // Memory on `stream`: a block of `bytes`, for a buffer of `asked`. Trims and tries once more before it gives up.
  absl::StatusOr<void*> AllocateBlock(size_t bytes, size_t asked, cudaStream_t stream);
  void FreeBlock(void* block, size_t bytes, cudaStream_t stream);
  // A buffer of so many bytes was made, or freed.
  void CountBuffer(size_t bytes);
  void UncountBuffer(size_t bytes);
  // Marks the device as failed if the error is one from which it does not recover. Gives `error`'s status.
  absl::Status Note(cudaError_t error, absl::string_view what);

 protected:
  void Free(const Buffer& buffer) override;

 private:
  CudaDevice(int ordinal, const GpuOptions& options);
  absl::Status Start();
  CudaQueue& first_queue() const;
  absl::Status OutOfMemory(size_t asked) const;

  const int ordinal_;
  const GpuOptions options_;
  cudaDeviceProp properties_{};
  DeviceAttributes attributes_;
  cudaMemPool_t pool_ = nullptr;
  std::shared_ptr<PinnedPool> pinned_;
  std::atomic<int64_t> reserved_{0}, in_use_{0}, peak_{0}, live_{0};

  std::function<void()> changed_ = [] {};
  std::atomic<bool> failed_{false};
  mutable Mutex failure_mu_;
  absl::Status why_failed_ ABSL_GUARDED_BY(failure_mu_);
  mutable Mutex mu_;
  std::vector<std::unique_ptr<CudaQueue>> queues_ ABSL_GUARDED_BY(mu_);  // never destroyed before the device: buffers point to them
  std::vector<CudaQueue*> idle_ ABSL_GUARDED_BY(mu_);
  CudaQueue* first_ ABSL_GUARDED_BY(mu_) = nullptr;  // never null after Start()
};

}  // namespace eager::server
