// The text of tensors and variables, to the character what TensorFlow 2.21 with NumPy 2.4 prints.
//
// Every function is pure, never fails and may be called from any thread. A tensor that holds no printable values (a
// resource, a variant, a HostTensor made by default) has the values "<unprintable>", as in TensorFlow.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "common/host_tensor.h"

namespace eager::print {

// str(t.numpy()): "[1.  2.5 3. ]"; for a scalar "0.1".
std::string ArrayStr(const HostTensor& tensor);

// repr(t.numpy()): "array([1. , 2.5, 3. ], dtype=float32)". For a scalar the repr of the Python number that holds it:
// "0.10000000149011612" for a float32 of 0.1.
std::string ArrayRepr(const HostTensor& tensor);

// str(t): "tf.Tensor([5 6], shape=(2,), dtype=int32)".
std::string TensorStr(const HostTensor& tensor);

// repr(t): "<tf.Tensor: shape=(2,), dtype=int32, numpy=array([5, 6], dtype=int32)>".
std::string TensorRepr(const HostTensor& tensor);

// str(v) and repr(v) of a variable; `name` is without ":0", and a variable without a name is called "Variable".
std::string VariableRepr(absl::string_view name, const HostTensor& value);

}  // namespace eager::print
