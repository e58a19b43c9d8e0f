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
  static std::atomic<uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace eager::server
