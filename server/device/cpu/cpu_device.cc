#include "server/device/cpu/cpu_device.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/device/host_transfer.h"
#include "server/device/incarnation.h"

namespace eager::server {
namespace {

int64_t HostMemory() {
  return static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<int64_t>(sysconf(_SC_PAGE_SIZE));
}

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
    : attributes_{absl::StrCat("/device:CPU:", index), "CPU", memory_limit > 0 ? memory_limit : HostMemory(),
                  RandomIncarnation(), absl::StrCat("device: ", ProcessorName())},
      pool_(attributes_.memory_limit) {}

absl::StatusOr<BufferRef> CpuDevice::Allocate(size_t bytes) {
  if (!PoolAllocator::kLimitsAccess && bytes <= Buffer::kInlineBytes) {
    inline_buffers_.fetch_add(Counted(bytes), std::memory_order_relaxed);
    return MakeRef<Buffer>(this, bytes);
  }
  void* data = pool_.Allocate(bytes);
  if (data == nullptr) {
    return absl::ResourceExhaustedError(absl::StrCat(attributes_.name, " is out of memory: ", bytes,
                                                     " bytes asked for, ", pool_.stats().bytes_in_use, " of ",
                                                     attributes_.memory_limit, " in use"));
  }
  return MakeRef<Buffer>(this, data, bytes);
}

void CpuDevice::Free(const Buffer& buffer) {
  if (!buffer.is_inline()) return pool_.Free(buffer.data(), buffer.size());
  inline_buffers_.fetch_sub(Counted(buffer.size()), std::memory_order_relaxed);
}

MemoryStats CpuDevice::memory_stats() const {
  MemoryStats stats = pool_.stats();
  const uint64_t counted = inline_buffers_.load(std::memory_order_relaxed);
  const auto bytes = static_cast<int64_t>(counted & ((uint64_t{1} << kCountShift) - 1));
  stats.bytes_in_use += bytes;
  stats.bytes_reserved += bytes;
  stats.peak_bytes_in_use = std::max(stats.peak_bytes_in_use, stats.bytes_in_use);
  stats.live_buffers += static_cast<int64_t>(counted >> kCountShift);
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
