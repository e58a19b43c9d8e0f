#include "server/device/tensor.h"

#include <atomic>

namespace eager::server {

const BufferRef Tensor::kNoBuffer;

Tensor::Tensor(TensorSpec spec, BufferRef buffer, size_t offset)
    : spec_(std::move(spec)), buffer_(std::move(buffer)), offset_(offset) {}

Tensor::Tensor(RefPtr<RefCounted> variable, const TensorSpec* variable_spec)
    : spec_{DType::kResource, Shape()}, variable_(std::move(variable)), variable_spec_(variable_spec) {}

Tensor::~Tensor() {
  if (is_variable()) {
    variable_.~RefPtr();
  } else {
    buffer_.~RefPtr();
  }
}

uint64_t Tensor::NextId() {
  // Each thread takes many at a time: one counter for all of them would go from core to core with every op.
  constexpr uint64_t kBlock = 1 << 12;
  static std::atomic<uint64_t> next_block{1};
  thread_local uint64_t next = 0, end = 0;
  if (next == end) {
    next = next_block.fetch_add(kBlock, std::memory_order_relaxed);
    end = next + kBlock;
  }
  return next++;
}

}  // namespace eager::server
