// Tensors from host values.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "client/host_values.h"
#include "client/ndarray.h"
#include "client/tensor.h"

namespace eager {

// A tensor of host values in the layout of common/host_tensor.h. Large ones are sent at once and waited for; small ones
// travel with the next ops.
Tensor constant(const HostTensor& values, std::source_location where = std::source_location::current());

// The dtype is that of the C++ type: int is int32, float is float32, double is float64, bool is bool.
template <HostScalar T>
Tensor constant(T value, std::source_location where = std::source_location::current()) {
  return constant(HostTensor::Scalar(value), where);
}
Tensor constant(const std::string& value, std::source_location where = std::source_location::current());
Tensor constant(const char* value, std::source_location where = std::source_location::current());

// Flat values with a shape. INVALID_ARGUMENT if their number is not the shape's.
template <class T>
Tensor constant(std::span<const T> values, const Shape& shape,
                std::source_location where = std::source_location::current()) {
  if (static_cast<int64_t>(values.size()) != shape.num_elements()) {
    throw Error(absl::InvalidArgumentError(absl::StrCat("constant: shape ", shape.ToString(), " asks for ",
                                                        shape.num_elements(), " values, got ", values.size())),
                where);
  }
  return constant(HostTensor::FromSpan<T>(shape, absl::MakeConstSpan(values.data(), values.size())), where);
}
template <class T>
Tensor constant(const std::vector<T>& values, const Shape& shape,
                std::source_location where = std::source_location::current()) {
  return constant(std::span<const T>(values), shape, where);
}

// Vectors to any depth, constant(std::vector<std::vector<float>>{…}), and nested braces, constant({{1, 2}, {3, 4}}).
// Numbers of several types get the one that arithmetic on them has, as in {1.5f, 2}. INVALID_ARGUMENT if they are
// ragged.
template <class T>
Tensor constant(const std::vector<T>& list, std::source_location where = std::source_location::current()) {
  return constant(internal::FromVectors(list, where), where);
}
Tensor constant(std::initializer_list<internal::Literal> list,
                std::source_location where = std::source_location::current());

// A host array, whose values are copied; converted if a dtype is given.
Tensor constant(const NDArray& array, std::source_location where = std::source_location::current());
Tensor constant(const NDArray& array, DType dtype, std::source_location where = std::source_location::current());

// A tensor as it is; anything else as constant() takes it.
inline Tensor convert_to_tensor(const Tensor& t) { return t; }
template <class T>
Tensor convert_to_tensor(const T& value, std::source_location where = std::source_location::current()) {
  return constant(value, where);
}

}  // namespace eager
