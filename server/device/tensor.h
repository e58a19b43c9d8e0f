// A tensor on a device: a spec and a range of a buffer. Always dense, row-major and immutable once an op has made it.
#pragma once

#include <cstdint>

#include "common/host_tensor.h"
#include "common/ref_counted.h"
#include "common/tensor_spec.h"
#include "server/device/device.h"

namespace eager::server {

class Variable;  // kernels/variable.h

// Tensors that share a buffer (Reshape, Identity, a read of a variable) are separate objects: each has its own id,
// which tapes go by.
class Tensor final : public RefCounted {
 public:
  Tensor(TensorSpec spec, BufferRef buffer, size_t offset = 0);
  // A handle of a variable.
  explicit Tensor(RefPtr<RefCounted> variable, TensorSpec variable_spec);

  uint64_t id() const { return id_; }
  const TensorSpec& spec() const { return spec_; }
  DType dtype() const { return spec_.dtype; }
  const Shape& shape() const { return spec_.shape; }
  int64_t num_elements() const { return spec_.shape.num_elements(); }
  size_t num_bytes() const { return num_bytes_; }
  const BufferRef& buffer() const { return buffer_; }
  size_t offset() const { return offset_; }
  // The values. On a device that the host cannot access this is a device address.
  void* raw() const { return static_cast<char*>(buffer_->data()) + offset_; }
  template <class T>
  const T* data() const {
    return static_cast<const T*>(raw());
  }
  template <class T>
  T* mutable_data() const {
    return static_cast<T*>(raw());
  }
  HostView host_view() const { return {spec_.dtype, &spec_.shape, buffer_ ? raw() : nullptr}; }
  // Whether nobody else holds the values, so that they may be overwritten: one tensor, one buffer reference.
  bool ExclusivelyOwned() const { return HasOneRef() && buffer_ && buffer_->HasOneRef(); }

  bool is_variable() const { return spec_.dtype == DType::kResource; }
  Variable& variable() const;  // variable.cc; only if is_variable()
  const RefPtr<RefCounted>& variable_ref() const { return variable_; }
  // What a tape knows the tensor by: its own spec, or that of the variable behind a handle.
  const TensorSpec& value_spec() const { return is_variable() ? variable_spec_ : spec_; }

 private:
  static uint64_t NextId();

  const uint64_t id_ = NextId();
  TensorSpec spec_;
  size_t num_bytes_ = 0;
  size_t offset_ = 0;
  BufferRef buffer_;
  RefPtr<RefCounted> variable_;
  TensorSpec variable_spec_;
};
using TensorRef = RefPtr<Tensor>;

}  // namespace eager::server
