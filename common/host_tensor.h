// Tensors in plain host memory: what a client uploads, reads back and prints, and what shape inference looks into.
//
// Layout: row-major, no padding, little-endian; bool is one byte. A string tensor of n elements is n+1 uint64 offsets
// (the first is 0), followed by the bytes of all elements, so that it moves as one block like any other.
#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/tensor_spec.h"

namespace eager {

// A view of a tensor's values in host memory that somebody else owns.
struct HostView {
  DType dtype = DType::kInvalid;
  const Shape* shape = nullptr;
  const void* data = nullptr;  // null: the values are not known here

  explicit operator bool() const { return data != nullptr; }
  int64_t num_elements() const { return shape->num_elements(); }
  template <class T>
  const T* as() const {
    return static_cast<const T*>(data);
  }
  // Element i of a tensor of an integer type that ops take for indices, axes and sizes.
  int64_t int_at(int64_t i) const {
    switch (dtype) {
      case DType::kInt32:
        return as<int32_t>()[i];
      case DType::kInt64:
        return as<int64_t>()[i];
      case DType::kInt16:
        return as<int16_t>()[i];
      case DType::kUint16:
        return as<uint16_t>()[i];
      case DType::kInt8:
        return as<int8_t>()[i];
      case DType::kUint8:
        return as<uint8_t>()[i];
      default:
        return 0;
    }
  }
};

// A tensor that owns its values. Movable; copies share the bytes, which nobody changes after they were filled in.
class HostTensor {
 public:
  HostTensor() = default;
  // Zeroed, uninitialised where `zero` is false. Not for strings.
  explicit HostTensor(TensorSpec spec, bool zero = true);

  template <class T>
  static HostTensor FromSpan(const Shape& shape, absl::Span<const T> values) {
    HostTensor t(TensorSpec{DTypeOf<T>, shape}, /*zero=*/false);
    if (!values.empty()) std::memcpy(t.data(), values.data(), values.size() * sizeof(T));
    return t;
  }
  template <class T>
  static HostTensor Scalar(T value) {
    return FromSpan<T>(Shape(), absl::MakeConstSpan(&value, 1));
  }
  // Of `num_bytes` that are still to be filled in and checked (CheckBytes).
  static HostTensor Uninitialized(TensorSpec spec, size_t num_bytes);
  static HostTensor Strings(const Shape& shape, absl::Span<const std::string> values);
  // Takes the bytes in the layout above. INVALID_ARGUMENT if their number or the string offsets do not fit the spec.
  static absl::StatusOr<HostTensor> FromBytes(TensorSpec spec, absl::string_view bytes);

  const TensorSpec& spec() const { return spec_; }
  DType dtype() const { return spec_.dtype; }
  const Shape& shape() const { return spec_.shape; }
  int64_t num_elements() const { return spec_.shape.num_elements(); }
  size_t num_bytes() const { return num_bytes_; }
  const void* data() const { return bytes_.get(); }
  void* data() { return bytes_.get(); }
  absl::string_view bytes() const { return absl::string_view(bytes_.get(), num_bytes_); }
  template <class T>
  absl::Span<const T> values() const {
    return absl::MakeConstSpan(reinterpret_cast<const T*>(bytes_.get()), static_cast<size_t>(num_elements()));
  }
  template <class T>
  absl::Span<T> values() {
    return absl::MakeSpan(reinterpret_cast<T*>(bytes_.get()), static_cast<size_t>(num_elements()));
  }
  // Element i of a string tensor.
  absl::string_view string_at(int64_t i) const;
  HostView view() const { return {spec_.dtype, &spec_.shape, bytes_.get()}; }
  bool valid() const { return spec_.dtype != DType::kInvalid; }

 private:
  TensorSpec spec_;
  size_t num_bytes_ = 0;
  std::shared_ptr<char[]> bytes_;
};

// Whether `num_bytes` at `data` are a whole tensor of `spec`: their number, the offsets of strings, bools that are 0 or 1.
absl::Status CheckBytes(const TensorSpec& spec, const void* data, size_t num_bytes);

// Every element as an int64: for the integer tensors that name shapes and axes.
using HostInts = absl::InlinedVector<int64_t, 6>;
HostInts ToInts(const HostView& view);

}  // namespace eager
