// Values as a program writes them, in nested braces or nested vectors, on their way to an array.
#pragma once

#include <initializer_list>
#include <source_location>
#include <string>
#include <type_traits>
#include <vector>

#include "client/error.h"
#include "client/tensor.h"
#include "common/host_tensor.h"

namespace eager::internal {

// What may stand between the braces of {{1, 2.5f}, {3, 4}}: a number, a text, or a list of such.
class Literal {
 public:
  template <HostScalar T>
  Literal(T value) : dtype_(DTypeFor<T>()) {                                                              // NOLINT
    if constexpr (std::is_floating_point_v<T>) {
      float_ = static_cast<double>(value);
    } else {
      int_ = static_cast<int64_t>(value);
    }
  }
  Literal(const char* text) : dtype_(DType::kString), text_(text) {}                                      // NOLINT
  Literal(std::string text) : dtype_(DType::kString), text_(std::move(text)) {}                           // NOLINT
  Literal(std::initializer_list<Literal> list) : is_list_(true), list_(list) {}                           // NOLINT

  bool is_list() const { return is_list_; }
  const std::vector<Literal>& list() const { return list_; }
  DType dtype() const { return dtype_; }        // of a number or text
  int64_t int_value() const { return int_; }    // of an integer or bool; a uint64's bits
  double float_value() const { return float_; }
  const std::string& text() const { return text_; }

 private:
  // By size and sign, so that `long long` and `char` have one as well.
  template <class T>
  static constexpr DType DTypeFor() {
    if constexpr (std::is_same_v<T, bool>) return DType::kBool;
    if constexpr (std::is_floating_point_v<T>) return sizeof(T) == 4 ? DType::kFloat32 : DType::kFloat64;
    constexpr bool s = std::is_signed_v<T>;
    switch (sizeof(T)) {
      case 1: return s ? DType::kInt8 : DType::kUint8;
      case 2: return s ? DType::kInt16 : DType::kUint16;
      case 4: return s ? DType::kInt32 : DType::kUint32;
      default: return s ? DType::kInt64 : DType::kUint64;
    }
  }

  bool is_list_ = false;
  DType dtype_ = DType::kInvalid;
  int64_t int_ = 0;
  double float_ = 0;
  std::string text_;
  std::vector<Literal> list_;
};

// The array of nested braces. Numbers of several C++ types get the type that arithmetic on them has (int and float:
// float32; anything and double: float64); an empty list is float32. INVALID_ARGUMENT for ragged lists, and for bools or
// texts beside numbers.
HostTensor FromLiterals(const std::vector<Literal>& list, std::source_location where);

// The array of vectors to any depth. INVALID_ARGUMENT for ragged ones.
template <class T>
struct VectorReader {
  using Element = T;
  static void Measure(const T&, Shape&) {}
  static void Collect(const T& value, const Shape&, int, std::vector<T>& out, std::source_location) {
    out.push_back(value);
  }
};
template <>
struct VectorReader<bool> {
  using Element = char;  // std::vector<bool> has no elements in memory
  static void Measure(bool, Shape&) {}
  static void Collect(bool value, const Shape&, int, std::vector<char>& out, std::source_location) {
    out.push_back(value);
  }
};
[[noreturn]] void ThrowRagged(int axis, int64_t expected, int64_t got, std::source_location where);
template <class T>
struct VectorReader<std::vector<T>> {
  using Element = typename VectorReader<T>::Element;
  static void Measure(const std::vector<T>& list, Shape& shape) {
    shape.push_back(static_cast<int64_t>(list.size()));
    if (!list.empty()) VectorReader<T>::Measure(list[0], shape);
  }
  static void Collect(const std::vector<T>& list, const Shape& shape, int axis, std::vector<Element>& out,
                      std::source_location where) {
    const auto size = static_cast<int64_t>(list.size());
    if (size != shape[axis]) ThrowRagged(axis, shape[axis], size, where);
    for (size_t i = 0; i < list.size(); ++i) VectorReader<T>::Collect(list[i], shape, axis + 1, out, where);
  }
};

template <class T>
struct LeafOf {
  using Type = T;
};
template <class T>
struct LeafOf<std::vector<T>> {
  using Type = typename LeafOf<T>::Type;
};

template <class T>
HostTensor FromVectors(const std::vector<T>& list, std::source_location where) {
  using Leaf = typename LeafOf<T>::Type;
  static_assert(DTypeOf<Leaf> != DType::kInvalid, "an array's elements are numbers, bools or std::string");
  Shape shape;
  VectorReader<std::vector<T>>::Measure(list, shape);
  std::vector<typename VectorReader<Leaf>::Element> values;
  if constexpr (std::is_same_v<T, Leaf> && !std::is_same_v<T, bool> && !std::is_same_v<T, std::string>) {
    return HostTensor::FromSpan<T>(shape, list);
  } else {
    VectorReader<std::vector<T>>::Collect(list, shape, 0, values, where);
  }
  if constexpr (std::is_same_v<Leaf, std::string>) {
    return HostTensor::Strings(shape, values);
  } else {
    HostTensor host(TensorSpec{DTypeOf<Leaf>, shape});
    std::copy(values.begin(), values.end(), host.template values<Leaf>().begin());
    return host;
  }
}

}  // namespace eager::internal
