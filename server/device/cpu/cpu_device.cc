#include "server/device/cpu/cpu_device.h"

#include <algorithm>
#include <cstring>
#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/device/cpu/cpu_queue.h"
#include "server/device/cpu/host_memory.h"
#include "server/device/host_transfer.h"
#include "server/device/incarnation.h"

namespace eager::server {
namespace {

std::string ProcessorName() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  for (std::string line; std::getline(cpuinfo, line);) {
    if (absl::StartsWith(line, "model name")) {
      return std::string(absl::StripAsciiWhitespace(line.substr(line.find(':') + 1)));
    }
  }
  return "unknown processor";
}

}  // namespace

CpuDevice::CpuDevice(int index, int64_t memory_limit)
    : attributes_{absl::StrCat("/device:CPU:", index), "CPU", memory_limit > 0 ? memory_limit : HostMemoryBytes() / 10 * 9,
                  RandomIncarnation(), absl::StrCat("device: ", ProcessorName())},
      pool_(attributes_.memory_limit) {}

CpuDevice::~CpuDevice() = default;

Device& CpuDevice::OpenQueue() {
  MutexLock lock(&mu_);
  // One whose owner has left nothing behind; a few of those that closed longest ago are looked at.
  constexpr size_t kLooks = 8;
  for (size_t looks = std::min(kLooks, closed_.size()); looks > 0; --looks) {
    CpuQueue* queue = closed_.front();
    closed_.pop_front();
    if (queue->account()->bytes() == 0 && queue->account()->small_buffers() == 0) return *queue;
    closed_.push_back(queue);
  }
  queues_.push_back(std::make_unique<CpuQueue>(*this));
  return *queues_.back();
}

void CpuDevice::CloseQueue(Device& queue) {
  auto& closed = static_cast<CpuQueue&>(queue);
  closed.account()->Close();
  MutexLock lock(&mu_);
  closed_.push_back(&closed);
}

bool CpuDevice::SameDevice(const Device& other) const {
  if (this == &other) return true;
  const auto* queue = dynamic_cast<const CpuQueue*>(&other);
  return queue != nullptr && &queue->device() == this;
}

absl::StatusOr<void*> CpuDevice::AllocateBlock(size_t bytes) {
  if (void* block = pool_.Allocate(bytes)) return block;
  return absl::ResourceExhaustedError(absl::StrCat(attributes_.name, " is out of memory: ", bytes, " bytes asked for, ",
                                                   pool_.stats().bytes_in_use, " of ", attributes_.memory_limit,
                                                   " in use"));
}

absl::StatusOr<BufferRef> CpuDevice::Allocate(size_t bytes) {
  if (FitsInside(bytes)) {
    own_.ChargeSmall(bytes);
    return MakeRef<Buffer>(this, bytes);
  }
  ASSIGN_OR_RETURN(void* block, AllocateBlock(bytes));
  return MakeRef<Buffer>(this, block, bytes);
}

void CpuDevice::Free(const Buffer& buffer) {
  buffer.is_inline() ? own_.RefundSmall(buffer.size()) : FreeBlock(buffer.data(), buffer.size());
}

MemoryStats CpuDevice::memory_stats() const {
  MemoryStats stats = pool_.stats();
  const auto add = [&](const MemoryAccount& account) {
    stats.bytes_in_use += account.small_bytes();
    stats.bytes_reserved += account.small_bytes();
    stats.live_buffers += account.small_buffers();
  };
  add(own_);
  MutexLock lock(&mu_);
  for (const auto& queue : queues_) add(*queue->account());
  stats.peak_bytes_in_use = std::max(stats.peak_bytes_in_use, stats.bytes_in_use);
  return stats;
}

absl::Status CpuDevice::CopyFromHost(const void* host, size_t bytes, Buffer& to, size_t offset) {
  if (bytes != 0) std::memcpy(static_cast<char*>(to.data()) + offset, host, bytes);
  return absl::OkStatus();
}

absl::Status CpuDevice::CopyToHost(const Buffer& from, size_t offset, size_t bytes, void* host) {
  if (bytes != 0) std::memcpy(host, static_cast<const char*>(from.data()) + offset, bytes);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<UploadBuffer>> CpuDevice::StartUpload(size_t bytes) {
  ASSIGN_OR_RETURN(BufferRef buffer, Allocate(bytes));
  return std::make_unique<HostUpload>(std::move(buffer));
}

std::unique_ptr<DownloadBuffer> CpuDevice::StartDownload(BufferRef from, size_t offset, size_t bytes) {
  return std::make_unique<HostDownload>(std::move(from), offset, bytes);
}

}  // namespace eager::server
