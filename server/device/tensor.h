// A tensor on a device: a spec and a range of a buffer. Always dense, row-major and immutable once an op has made it.
#pragma once

#include <cstdint>

#include "common/host_tensor.h"
#include "common/recycled.h"
#include "common/ref_counted.h"
#include "common/tensor_spec.h"
#include "server/device/device.h"

namespace eager::server {

class Variable;  // kernels/variable.h

// Tensors that share a buffer (Reshape, Identity, a read of a variable) are separate objects: each has its own id,
// which tapes go by.
class Tensor final : public RefCounted, public Recycled<Tensor> {
 public:
  Tensor(TensorSpec spec, BufferRef buffer, size_t offset = 0);
  // A handle of a variable, whose spec must live as long as it.
  Tensor(RefPtr<RefCounted> variable, const TensorSpec* variable_spec);
  ~Tensor() override;

  uint64_t id() const { return id_; }
  const TensorSpec& spec() const { return spec_; }
  DType dtype() const { return spec_.dtype; }
  const Shape& shape() const { return spec_.shape; }
  int64_t num_elements() const { return spec_.shape.num_elements(); }
  size_t num_bytes() const {
    if (is_variable()) return 0;
    return dtype() == DType::kString ? buffer_->size() : static_cast<size_t>(num_elements()) * SizeOf(dtype());
  }
  // Null for a handle of a variable.
  const BufferRef& buffer() const { return is_variable() ? kNoBuffer : buffer_; }
  size_t offset() const { return is_variable() ? 0 : offset_; }
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
  HostView host_view() const { return {spec_.dtype, &spec_.shape, buffer() ? raw() : nullptr}; }
  // Whether nobody else holds the values, so that they may be overwritten: one tensor, one buffer reference.
  bool ExclusivelyOwned() const { return HasOneRef() && buffer() && buffer_->HasOneRef(); }

  bool is_variable() const { return spec_.dtype == DType::kResource; }
  Variable& variable() const;  // variable.cc; only if is_variable()
  const RefPtr<RefCounted>& variable_ref() const { return variable_; }
  // What a tape knows the tensor by: its own spec, or that of the variable behind a handle.
  const TensorSpec& value_spec() const { return is_variable() ? *variable_spec_ : spec_; }

 private:
  static uint64_t NextId();
  static const BufferRef kNoBuffer;

  // Millions of scalars may live at once: what only variables have shares its place with what only values have.
  const uint64_t id_ = NextId();
  const TensorSpec spec_;
  union {
    BufferRef buffer_;
    RefPtr<RefCounted> variable_;
  };
  union {
    size_t offset_;
    const TensorSpec* variable_spec_;
  };
};
using TensorRef = RefPtr<Tensor>;

}  // namespace eager::server
