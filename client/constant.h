// Tensors from host values.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <vector>

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
Tensor constant(std::span<const T> values, const Shape& shape, std::source_location where = std::source_location::current()) {
  if (static_cast<int64_t>(values.size()) != shape.num_elements()) {
    throw Error(absl::InvalidArgumentError(absl::StrCat("constant: shape ", shape.ToString(), " asks for ",
                                                        shape.num_elements(), " values, got ", values.size())),
                where);
  }
  return constant(HostTensor::FromSpan<T>(shape, absl::MakeConstSpan(values.data(), values.size())), where);
}
template <class T>
  requires(!std::is_same_v<T, bool>)  // std::vector<bool> has no contiguous elements
Tensor constant(const std::vector<T>& values, std::source_location where = std::source_location::current()) {
  if constexpr (std::is_same_v<T, std::string>) {
    return constant(HostTensor::Strings(Shape{static_cast<int64_t>(values.size())}, values), where);
  } else {
    return constant(std::span<const T>(values), Shape{static_cast<int64_t>(values.size())}, where);
  }
}
template <class T>
Tensor constant(const std::vector<T>& values, const Shape& shape, std::source_location where = std::source_location::current()) {
  return constant(std::span<const T>(values), shape, where);
}

namespace internal {

// Nested lists, written out: the shape of the first element on each axis, which all others must have.
template <class T>
struct ListReader {
  using Scalar = T;
  static void Measure(const T&, Shape&) {}
  static void Collect(const T& value, const Shape&, int, std::vector<T>& out, std::source_location) { out.push_back(value); }
};
template <class T>
struct ListReader<std::initializer_list<T>> {
  using Scalar = typename ListReader<T>::Scalar;
  static void Measure(const std::initializer_list<T>& list, Shape& shape) {
    shape.push_back(static_cast<int64_t>(list.size()));
    if (list.size() > 0) ListReader<T>::Measure(*list.begin(), shape);
  }
  static void Collect(const std::initializer_list<T>& list, const Shape& shape, int axis, std::vector<Scalar>& out,
                      std::source_location where) {
    if (static_cast<int64_t>(list.size()) != shape[axis]) {
      throw Error(absl::InvalidArgumentError(absl::StrCat("constant: the lists on axis ", axis, " have different lengths: ",
                                                          shape[axis], " and ", list.size())),
                  where);
    }
    for (const T& item : list) ListReader<T>::Collect(item, shape, axis + 1, out, where);
  }
};

template <class List>
Tensor FromList(const List& list, std::source_location where) {
  using Scalar = typename ListReader<List>::Scalar;
  Shape shape;
  ListReader<List>::Measure(list, shape);
  std::vector<Scalar> values;
  ListReader<List>::Collect(list, shape, 0, values, where);
  if constexpr (std::is_same_v<Scalar, const char*> || std::is_same_v<Scalar, std::string>) {
    return constant(HostTensor::Strings(shape, std::vector<std::string>(values.begin(), values.end())), where);
  } else {
    HostTensor host(TensorSpec{DTypeOf<Scalar>, shape});
    std::copy(values.begin(), values.end(), host.template values<Scalar>().begin());
    return constant(host, where);
  }
}

template <class T>
using L1 = std::initializer_list<T>;

}  // namespace internal

// constant({{1, 2}, {3, 4}}): nested lists to four levels. INVALID_ARGUMENT if they are ragged.
template <class T>
Tensor constant(internal::L1<T> list, std::source_location where = std::source_location::current()) {
  return internal::FromList(list, where);
}
template <class T>
Tensor constant(internal::L1<internal::L1<T>> list, std::source_location where = std::source_location::current()) {
  return internal::FromList(list, where);
}
template <class T>
Tensor constant(internal::L1<internal::L1<internal::L1<T>>> list, std::source_location where = std::source_location::current()) {
  return internal::FromList(list, where);
}
template <class T>
Tensor constant(internal::L1<internal::L1<internal::L1<internal::L1<T>>>> list,
                std::source_location where = std::source_location::current()) {
  return internal::FromList(list, where);
}

// A tensor as it is; anything else as constant() takes it.
inline Tensor convert_to_tensor(const Tensor& t) { return t; }
template <class T>
Tensor convert_to_tensor(const T& value, std::source_location where = std::source_location::current()) {
  return constant(value, where);
}

}  // namespace eager
