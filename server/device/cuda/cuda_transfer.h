// Bulk values to and from a GPU through pinned memory, on a stream of their own beside what a queue computes.
#pragma once

#include <cuda_runtime_api.h>

#include <deque>

#include "server/device/cuda/cuda_queue.h"

namespace eager::server {

class CudaUpload final : public UploadBuffer {
 public:
  static absl::StatusOr<std::unique_ptr<UploadBuffer>> Make(CudaQueue& queue, size_t bytes);
  ~CudaUpload() override;
  size_t size() const override { return bytes_; }
  absl::StatusOr<char*> Room(size_t n) override;
  absl::StatusOr<BufferRef> Finish() override;

 private:
  // A slot whose copy is under way.
  struct Sent {
    std::shared_ptr<char> slot;
    cudaEvent_t done = nullptr;
  };
  static constexpr size_t kInFlight = 4;

  CudaUpload(CudaQueue& queue, size_t bytes) : queue_(queue), bytes_(bytes) {}
  // Sends what was written to the current slot.
  absl::Status Flush();
  // Waits for the oldest copy and takes its slot.
  absl::StatusOr<std::shared_ptr<char>> FreeSlot();

  CudaQueue& queue_;
  const size_t bytes_;
  cudaStream_t stream_ = nullptr;
  BufferRef buffer_;
  std::shared_ptr<char> slot_;
  size_t filled_ = 0;  // of slot_
  std::unique_ptr<char[]> large_;  // for a piece that no slot holds
  size_t sent_ = 0;
  std::deque<Sent> in_flight_;
};

class CudaDownload final : public DownloadBuffer {
 public:
  // Pieces hold what `from` had when this was made, and later writes in its queue wait for nobody: they must not come
  // before the end.
  CudaDownload(CudaQueue& queue, BufferRef from, size_t offset, size_t bytes);
  ~CudaDownload() override;
  absl::StatusOr<HostPiece> Next(size_t n) override;

 private:
  struct Coming {
    std::shared_ptr<char> slot;
    size_t size = 0;
    cudaEvent_t done = nullptr;
  };
  static constexpr size_t kAhead = 3;
  absl::Status Prefetch();

  CudaQueue& queue_;
  BufferRef from_;
  size_t at_;
  size_t left_;     // not asked of the device yet
  absl::Status status_;
  cudaStream_t stream_ = nullptr;
  std::deque<Coming> coming_;
  size_t taken_ = 0;  // of coming_.front()
};

}  // namespace eager::server
