#include "server/device/cuda/cuda_device.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/status_macros.h"
#include "server/device/cuda/cuda_queue.h"
#include "server/device/cuda/cuda_status.h"
#include "server/device/cuda/nvml.h"
#include "server/device/incarnation.h"

namespace eager::server {
namespace {

// Left to the libraries' own workspaces and to CUDA's code where no limit is given.
constexpr int64_t kReserveBytes = int64_t{512} << 20;

std::string BusId(int ordinal) {
  char id[32] = "";
  cudaDeviceGetPCIBusId(id, sizeof(id), ordinal);
  return id;
}

}  // namespace

CudaDevice::CudaDevice(int ordinal, const GpuOptions& options) : ordinal_(ordinal), options_(options) {}

absl::StatusOr<std::unique_ptr<CudaDevice>> CudaDevice::Make(int ordinal, const GpuOptions& options) {
  auto device = std::unique_ptr<CudaDevice>(new CudaDevice(ordinal, options));
  RETURN_IF_ERROR(device->Start());
  return device;
}

absl::Status CudaDevice::Start() {
  RETURN_IF_CUDA_ERROR(cudaSetDevice(ordinal_));
  RETURN_IF_CUDA_ERROR(cudaGetDeviceProperties(&properties_, ordinal_));
  size_t free = 0, total = 0;
  RETURN_IF_CUDA_ERROR(cudaMemGetInfo(&free, &total));
  const int64_t spare = std::max<int64_t>(static_cast<int64_t>(free) - kReserveBytes, 0);
  // As TensorFlow describes a GPU.
  attributes_ = {absl::StrCat("/device:GPU:", ordinal_), "GPU",
                 options_.memory_limit > 0 ? std::min(options_.memory_limit, spare) : spare, RandomIncarnation(),
                 absl::StrFormat("device: %d, name: %s, pci bus id: %s, compute capability: %d.%d", ordinal_,
                                 properties_.name, BusId(ordinal_), properties_.major, properties_.minor)};
  cudaMemPoolProps props{};
  props.allocType = cudaMemAllocationTypePinned;
  props.location = {cudaMemLocationTypeDevice, {ordinal_}};
  RETURN_IF_CUDA_ERROR(cudaMemPoolCreate(&pool_, &props));
  uint64_t keep = UINT64_MAX;  // what is free stays with the pool until Trim()
  RETURN_IF_CUDA_ERROR(cudaMemPoolSetAttribute(pool_, cudaMemPoolAttrReleaseThreshold, &keep));
  pinned_ = std::make_shared<PinnedPool>();
  // Other GPUs may read this one's memory, where the hardware lets them.
  int count = 0;
  if (cudaGetDeviceCount(&count) == cudaSuccess) {
    for (int peer = 0; peer < count; ++peer) {
      int can = 0;
      if (peer == ordinal_ || cudaDeviceCanAccessPeer(&can, peer, ordinal_) != cudaSuccess || can == 0) continue;
      cudaMemAccessDesc access{{cudaMemLocationTypeDevice, {peer}}, cudaMemAccessFlagsProtReadWrite};
      cudaMemPoolSetAccess(pool_, &access, 1);
    }
  }
  cudaGetLastError();
  ASSIGN_OR_RETURN(std::unique_ptr<CudaQueue> first, CudaQueue::Make(*this));
  MutexLock lock(&mu_);
  queues_.push_back(std::move(first));
  first_ = queues_.back().get();
  return absl::OkStatus();
}

CudaDevice::~CudaDevice() {
  {
    MutexLock lock(&mu_);
    queues_.clear();
  }
  MakeCurrent();
  if (pool_ != nullptr) cudaMemPoolDestroy(pool_);
}

void CudaDevice::MakeCurrent() const {
  thread_local int current = -1;  // asking CUDA costs more than an op may
  if (current == ordinal_) return;
  if (cudaSetDevice(ordinal_) == cudaSuccess) current = ordinal_;
}

MemoryStats CudaDevice::memory_stats() const {
  return {in_use_.load(std::memory_order_relaxed), reserved_.load(std::memory_order_relaxed),
          peak_.load(std::memory_order_relaxed), live_.load(std::memory_order_relaxed)};
}

HardwareStats CudaDevice::hardware_stats() const { return Nvml::Get().Read(BusId(ordinal_)); }

absl::Status CudaDevice::health() const {
  if (!failed_.load(std::memory_order_relaxed)) return absl::OkStatus();
  MutexLock lock(&failure_mu_);
  return why_failed_;
}

absl::Status CudaDevice::Note(cudaError_t error, absl::string_view what) {
  if (error == cudaSuccess) return absl::OkStatus();
  absl::Status status = FromCuda(error, what);
  if (!IsSticky(error)) return status;
  bool first = false;
  {
    MutexLock lock(&failure_mu_);
    first = !failed_;
    if (first) {
      why_failed_ = absl::UnavailableError(
          absl::StrCat(attributes_.name, " has failed and computes nothing until it is reset (eagerctl devices --reset): ",
                       status.message()));
      failed_ = true;
    }
    status = why_failed_;
  }
  if (first) changed_();
  return status;
}

absl::Status CudaDevice::Reset() {
  {
    MutexLock lock(&mu_);
    for (auto& queue : queues_) queue->Abandon();
    idle_.clear();
  }
  pinned_->Abandon();
  reserved_ = 0;
  cudaSetDevice(ordinal_);
  absl::Status status = FromCuda(cudaDeviceReset(), "cudaDeviceReset");
  pool_ = nullptr;
  // The driver takes its time to clear up behind a failed kernel.
  constexpr int kAttempts = 50;
  constexpr absl::Duration kPause = absl::Milliseconds(100);
  for (int attempt = 0; status.ok() && attempt < kAttempts; ++attempt) {
    if (attempt > 0) absl::SleepFor(kPause);
    const absl::Status started = Start();
    if (started.ok()) break;
    if (attempt + 1 == kAttempts) status = started;
  }
  {
    MutexLock lock(&failure_mu_);
    if (!status.ok()) {
      why_failed_ = absl::UnavailableError(
          absl::StrCat(attributes_.name, " cannot be reset, the daemon must be started anew: ", status.message()));
      status = why_failed_;
    }
    failed_ = !status.ok();
  }
  changed_();
  return status;
}

Device& CudaDevice::OpenQueue() {
  {
    MutexLock lock(&mu_);
    // What outlives its owner on a queue is still charged there.
    const auto idle = std::find_if(idle_.rbegin(), idle_.rend(), [](CudaQueue* q) { return q->account_.bytes() == 0; });
    if (idle != idle_.rend()) {
      CudaQueue* queue = *idle;
      idle_.erase(std::next(idle).base());
      return *queue;
    }
  }
  absl::StatusOr<std::unique_ptr<CudaQueue>> made = CudaQueue::Make(*this);
  if (!made.ok()) return first_queue();  // shared, which is slower; that of a failed device says so at the first op
  MutexLock lock(&mu_);
  queues_.push_back(*std::move(made));
  return *queues_.back();
}

void CudaDevice::CloseQueue(Device& queue) {
  auto& closed = static_cast<CudaQueue&>(queue);
  closed.account_.Close();
  if (&closed == &first_queue() || !closed.health().ok()) return;
  closed.Trim();
  MutexLock lock(&mu_);
  idle_.push_back(&closed);
}

CudaQueue& CudaDevice::first_queue() const {
  MutexLock lock(&mu_);
  return *first_;
}

bool CudaDevice::SameDevice(const Device& other) const {
  if (this == &other) return true;
  const auto* queue = dynamic_cast<const CudaQueue*>(&other);
  return queue != nullptr && &queue->device() == this;
}

absl::StatusOr<void*> CudaDevice::AllocateBlock(size_t bytes, size_t asked, cudaStream_t stream) {
  const auto wanted = static_cast<int64_t>(bytes);
  for (int attempt = 0;; ++attempt) {
    if (reserved_.fetch_add(wanted) + wanted <= attributes_.memory_limit) {
      void* block = nullptr;
      const cudaError_t error = cudaMallocFromPoolAsync(&block, bytes, pool_, stream);
      if (error == cudaSuccess) return block;
      reserved_ -= wanted;
      if (error != cudaErrorMemoryAllocation) return Note(error, "an allocation");
      cudaGetLastError();
    } else {
      reserved_ -= wanted;
    }
    if (attempt == 1) break;
    Trim();
  }
  return OutOfMemory(asked);
}

absl::Status CudaDevice::OutOfMemory(size_t asked) const {
  return absl::ResourceExhaustedError(absl::StrCat(attributes_.name, " is out of memory: ", asked, " bytes asked for, ",
                                                   in_use_.load(), " of ", attributes_.memory_limit, " in use"));
}

void CudaDevice::FreeBlock(void* block, size_t bytes, cudaStream_t stream) {
  reserved_ -= static_cast<int64_t>(bytes);
  (void)Note(cudaFreeAsync(block, stream), "freeing memory");
}

void CudaDevice::CountBuffer(size_t bytes) {
  live_.fetch_add(1, std::memory_order_relaxed);
  const auto added = static_cast<int64_t>(bytes);
  const int64_t now = in_use_.fetch_add(added, std::memory_order_relaxed) + added;
  int64_t peak = peak_.load(std::memory_order_relaxed);
  while (now > peak && !peak_.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
}

void CudaDevice::UncountBuffer(size_t bytes) {
  in_use_.fetch_sub(static_cast<int64_t>(bytes), std::memory_order_relaxed);
  live_.fetch_sub(1, std::memory_order_relaxed);
}

void CudaDevice::Trim() {
  MakeCurrent();
  {
    MutexLock lock(&mu_);
    for (auto& queue : queues_) queue->Trim();
  }
  (void)Note(cudaDeviceSynchronize(), "an earlier op");  // only what its streams have passed is free
  if (pool_ != nullptr) cudaMemPoolTrimTo(pool_, 0);
}

// As its own first queue.
void CudaDevice::WaitFor(Device& other) { first_queue().WaitFor(other); }
absl::Status CudaDevice::Synchronize() { return first_queue().Synchronize(); }
absl::StatusOr<BufferRef> CudaDevice::Allocate(size_t bytes) {
  RETURN_IF_ERROR(health());
  return first_queue().Allocate(bytes);
}
absl::Status CudaDevice::CopyFromHost(const void* host, size_t bytes, Buffer& to, size_t offset) {
  return first_queue().CopyFromHost(host, bytes, to, offset);
}
absl::Status CudaDevice::CopyToHost(const Buffer& from, size_t offset, size_t bytes, void* host) {
  return first_queue().CopyToHost(from, offset, bytes, host);
}
absl::Status CudaDevice::CopyFromDevice(const Buffer& from, size_t offset, size_t bytes, Buffer& to) {
  return first_queue().CopyFromDevice(from, offset, bytes, to);
}
absl::StatusOr<std::unique_ptr<UploadBuffer>> CudaDevice::StartUpload(size_t bytes) {
  RETURN_IF_ERROR(health());
  return first_queue().StartUpload(bytes);
}
std::unique_ptr<DownloadBuffer> CudaDevice::StartDownload(BufferRef from, size_t offset, size_t bytes) {
  return first_queue().StartDownload(std::move(from), offset, bytes);
}
void CudaDevice::Free(const Buffer&) {}  // its buffers are its queues'

}  // namespace eager::server
