// What flows between the ops of a TensorFlow client: tensors, and objects that only this door knows.
#pragma once

#include <memory>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/ref_counted.h"
#include "server/device/tensor.h"

namespace eager::server::tf {

// What a handle of dtype variant or resource stands for, but for variables: a list of tensors, a dataset, an iterator.
class Object : public RefCounted {
 public:
  virtual absl::string_view kind() const = 0;  // "a list of tensors": for messages
  virtual DType dtype() const { return DType::kVariant; }
};

// Exactly one of the two.
struct Value {
  TensorRef tensor;  // or the handle of a variable
  RefPtr<Object> object;

  Value() = default;
  Value(TensorRef t) : tensor(std::move(t)) {}  // NOLINT: a tensor is a value
  template <class T>
  Value(RefPtr<T> o) : object(std::move(o)) {}  // NOLINT: so is an object
  explicit operator bool() const { return tensor || object; }
  // Of what a client sees: a handle is a scalar.
  TensorSpec spec() const { return tensor ? tensor->spec() : TensorSpec{object->dtype(), Shape()}; }
};
using Values = std::vector<Value>;

// Lets go of what may hold objects that hold objects: one after the other, so that no stack is deep enough to overflow however deep they
// are nested. For destructors of objects with values.
void Discard(std::shared_ptr<void> what);
void Discard(Values values);

}  // namespace eager::server::tf
