#include "server/device/cpu/cpu_queue.h"

#include "common/status_macros.h"
#include "server/device/host_transfer.h"

namespace eager::server {

absl::StatusOr<BufferRef> CpuQueue::Allocate(size_t bytes) {
  if (CpuDevice::FitsInside(bytes)) {
    if (!account_.ChargeSmall(bytes)) return account_.Exceeded(attributes().name, bytes);
    return MakeRef<Buffer>(this, bytes);
  }
  if (!account_.Charge(bytes)) return account_.Exceeded(attributes().name, bytes);
  absl::StatusOr<void*> block = device_.AllocateBlock(bytes);
  if (!block.ok()) {
    account_.Refund(bytes);
    return block.status();
  }
  return MakeRef<Buffer>(this, *block, bytes);
}

void CpuQueue::Free(const Buffer& buffer) {
  if (buffer.is_inline()) return account_.RefundSmall(buffer.size());
  device_.FreeBlock(buffer.data(), buffer.size());
  account_.Refund(buffer.size());
}

absl::StatusOr<std::unique_ptr<UploadBuffer>> CpuQueue::StartUpload(size_t bytes) {
  ASSIGN_OR_RETURN(BufferRef buffer, Allocate(bytes));
  return std::make_unique<HostUpload>(std::move(buffer));
}

}  // namespace eager::server
