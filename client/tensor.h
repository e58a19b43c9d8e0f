// A tensor on a server: a handle that looks and computes like a local value.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <source_location>
#include <string>
#include <type_traits>
#include <vector>

#include "client/error.h"
#include "client/types.h"
#include "common/host_tensor.h"

namespace eager {

class Index;
class NDArray;
class Variable;
namespace internal {
struct TensorState;
}

// What std::is_arithmetic is to host numbers that may stand in an expression with tensors.
template <class T>
concept HostScalar = std::is_arithmetic_v<T>;

// Copies share the server's tensor, which is never changed; the last one to go releases it. A Tensor may be used by
// several threads at once. Only what says so waits for the server.
class Tensor {
 public:
  Tensor() = default;  // of nothing: every use is an error

  DType dtype() const;
  // Known without waiting unless the op's result depends on values that only the server has; then it waits.
  const Shape& shape(std::source_location where = std::source_location::current()) const;
  int rank(std::source_location where = std::source_location::current()) const { return shape(where).rank(); }
  // "/job:worker/replica:0/task:0/device:CPU:0"
  const std::string& device() const;

  // All values, row-major; waits. INVALID_ARGUMENT if T is not the dtype's type (float for float32, int64_t, bool, …).
  template <class T>
  std::vector<T> read(std::source_location where = std::source_location::current()) const;
  // The values with their spec; waits. What `numpy()` is in Python.
  HostTensor numpy(std::source_location where = std::source_location::current()) const;
  // The one value, converted as Python's int(), float() and bool() do; waits. INVALID_ARGUMENT for more elements.
  template <HostScalar T>
  explicit operator T() const {
    if constexpr (std::is_same_v<T, bool>) {
      return ScalarBool();
    } else if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(ScalarInt());
    } else {
      return static_cast<T>(ScalarDouble());
    }
  }
  // A part of it, as in NumPy: x[0], x[{Slice(0, 2), -1}]; see indexing.h.
  Tensor operator[](const Index& index) const;
  Tensor operator[](std::initializer_list<Index> index) const;
  // "tf.Tensor([1 2], shape=(2,), dtype=int32)"; waits.
  std::string str(std::source_location where = std::source_location::current()) const;
  // "<tf.Tensor: shape=(2,), dtype=int32, numpy=array([1, 2], dtype=int32)>"; waits.
  std::string repr(std::source_location where = std::source_location::current()) const;

  bool valid() const { return state_ != nullptr; }
  explicit Tensor(std::shared_ptr<internal::TensorState> state) : state_(std::move(state)) {}
  const std::shared_ptr<internal::TensorState>& state() const { return state_; }

 private:
  // A conversion cannot take the caller's line; its errors name the line that made the tensor.
  bool ScalarBool() const;
  int64_t ScalarInt() const;
  double ScalarDouble() const;

  std::shared_ptr<internal::TensorState> state_;
};

std::ostream& operator<<(std::ostream& out, const Tensor& t);  // str()
// Host values as NumPy prints an array: "[[1 2]\n [3 4]]".
std::ostream& operator<<(std::ostream& out, const HostTensor& values);
// What Python's type() would say.
inline const char* type_name(const Tensor&) { return "eager::Tensor"; }

// What an op takes: a tensor, a variable (read when the op runs), a host number, a short list of numbers, or a host array.
// A number takes the dtype that the op's other inputs ask for, else int32, float32 or bool; a list of integers becomes
// int32; an array takes the other inputs' dtype where TensorFlow would convert it (any number to floating, integers to
// integers), else keeps its own. Remembers the line of the program that wrote it.
class Operand {
 public:
  using Where = std::source_location;
  Operand(const Tensor& t, Where where = Where::current()) : tensor_(&t), where_(where) {}                // NOLINT
  Operand(const Variable& v, Where where = Where::current()) : variable_(&v), where_(where) {}            // NOLINT
  template <HostScalar T>
  Operand(T value, Where where = Where::current()) : where_(where) {                                      // NOLINT
    if constexpr (std::is_same_v<T, bool>) {
      kind_ = Kind::kBool;
      int_ = value;
    } else if constexpr (std::is_integral_v<T>) {
      kind_ = Kind::kInt;
      int_ = static_cast<int64_t>(value);
    } else {
      kind_ = Kind::kFloat;
      float_ = static_cast<double>(value);
    }
  }
  Operand(std::initializer_list<int64_t> list, Where where = Where::current())                            // NOLINT
      : Operand(std::vector<int64_t>(list), where) {}
  Operand(std::vector<int64_t> list, Where where = Where::current())                                      // NOLINT
      : kind_(Kind::kInts), held_(std::make_shared<Held>(Held{std::move(list), {}})), where_(where) {}
  Operand(const Shape& shape, Where where = Where::current())                                             // NOLINT
      : Operand(std::vector<int64_t>(shape.dims().begin(), shape.dims().end()), where) {}
  Operand(const HostTensor& values, Where where = Where::current())                                       // NOLINT
      : kind_(Kind::kArray), held_(std::make_shared<Held>(Held{{}, values})), where_(where) {}
  Operand(const NDArray& array, Where where = Where::current());                                          // NOLINT

  enum class Kind : uint8_t { kTensor, kBool, kInt, kFloat, kInts, kArray };
  Kind kind() const { return kind_; }
  const Tensor* tensor() const { return tensor_; }
  const Variable* variable() const { return variable_; }
  int64_t int_value() const { return int_; }
  double float_value() const { return kind_ == Kind::kFloat ? float_ : static_cast<double>(int_); }
  const std::vector<int64_t>& ints() const { return held_->ints; }  // of a kInts
  const HostTensor& array() const { return held_->array; }          // of a kArray
  const Where& where() const { return where_; }

 private:
  // What is too large to lie in every operand; copies share it.
  struct Held {
    std::vector<int64_t> ints;
    HostTensor array;
  };

  Kind kind_ = Kind::kTensor;
  const Tensor* tensor_ = nullptr;
  const Variable* variable_ = nullptr;
  int64_t int_ = 0;
  double float_ = 0;
  std::shared_ptr<const Held> held_;
  Where where_;
};

// Elementwise, with broadcasting; a host number may stand on either side. / divides as Python does (integers give
// float64), % takes the divisor's sign, == and != compare elements. Nothing waits.
Tensor operator+(const Operand& a, const Operand& b);
Tensor operator-(const Operand& a, const Operand& b);
Tensor operator*(const Operand& a, const Operand& b);
Tensor operator/(const Operand& a, const Operand& b);
Tensor operator%(const Operand& a, const Operand& b);
Tensor operator==(const Operand& a, const Operand& b);
Tensor operator!=(const Operand& a, const Operand& b);
Tensor operator<(const Operand& a, const Operand& b);
Tensor operator<=(const Operand& a, const Operand& b);
Tensor operator>(const Operand& a, const Operand& b);
Tensor operator>=(const Operand& a, const Operand& b);
Tensor operator&(const Operand& a, const Operand& b);  // of bool logical, of integers bit by bit; ^ and ~: bitwise.h
Tensor operator|(const Operand& a, const Operand& b);
Tensor operator!(const Operand& a);
Tensor operator-(const Operand& a);
Tensor& operator+=(Tensor& a, const Operand& b);  // a = a + b: a new tensor
Tensor& operator-=(Tensor& a, const Operand& b);
Tensor& operator*=(Tensor& a, const Operand& b);
Tensor& operator/=(Tensor& a, const Operand& b);

template <class T>
std::vector<T> Tensor::read(std::source_location where) const {
  const HostTensor values = numpy(where);
  if (values.dtype() != DTypeOf<T>) {
    throw Error(absl::InvalidArgumentError(absl::StrCat("read: the tensor's dtype is ", Name(values.dtype()), ", not ",
                                                        Name(DTypeOf<T>))),
                where);
  }
  if constexpr (std::is_same_v<T, std::string>) {
    std::vector<std::string> texts;
    for (int64_t i = 0; i < values.num_elements(); ++i) texts.emplace_back(values.string_at(i));
    return texts;
  } else {
    const auto span = values.values<T>();
    return std::vector<T>(span.begin(), span.end());
  }
}

}  // namespace eager
