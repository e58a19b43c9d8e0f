#include "server/device/tensor.h"

#include <atomic>

namespace eager::server {

Tensor::Tensor(TensorSpec spec, BufferRef buffer, size_t offset)
    : spec_(std::move(spec)), offset_(offset), buffer_(std::move(buffer)) {
  num_bytes_ = spec_.dtype == DType::kString ? buffer_->size()
                                             : static_cast<size_t>(spec_.shape.num_elements()) * SizeOf(spec_.dtype);
}

Tensor::Tensor(RefPtr<RefCounted> variable, TensorSpec variable_spec)
    : spec_{DType::kResource, Shape()}, variable_(std::move(variable)), variable_spec_(std::move(variable_spec)) {}

uint64_t Tensor::NextId() {
  static std::atomic<uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace eager::server
