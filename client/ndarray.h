// Arrays in the program's own memory: NumPy's ndarray.
//
//   NDArray a({{1.0f, 2.0f}, {3.0f, 4.0f}});
//   NDArray row = a[0], t = a.transpose();      // views of a
//   a.mutable_at<float>(0, 1) = 5;              // row and t see it
//   std::cout << a * 2 << "\n";                 // as NumPy prints it
//
// An array is a window into shared elements: dtype, shape, and for each axis a stride, the distance from one entry to
// the next. Copies of the object, indexing (indexing.h), transpose() and, where it can, reshape() share the elements;
// copy() does not. Arrays made from tensors, files and HostTensors are read-only, as their elements may be shared with
// others. Ops take an array wherever a tensor may stand. Errors are INVALID_ARGUMENT unless said otherwise. Several
// threads may read the same elements; writing is for one at a time.
#pragma once

#include <complex>
#include <concepts>
#include <initializer_list>
#include <iosfwd>
#include <source_location>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "client/host_values.h"
#include "client/indexing.h"
#include "client/tensor.h"
#include "common/host_tensor.h"

namespace eager {

// The first of several positions along axes. Remembers the line of the program that wrote it.
struct Position {
  template <std::integral T>
  Position(T position, std::source_location line = std::source_location::current())                       // NOLINT
      : at(static_cast<int64_t>(position)), where(line) {}
  int64_t at;
  std::source_location where;
};

class NDArray {
 public:
  using Where = std::source_location;
  using Strides = absl::InlinedVector<int64_t, 4>;

  NDArray() = default;  // of nothing: every use of its elements is an error
  // Zeros.
  NDArray(const Shape& shape, DType dtype);
  // Shares the values, read-only. numpy() of a tensor gives such.
  NDArray(HostTensor values) : NDArray(std::move(values), /*writable=*/false) {}                          // NOLINT
  // Waits for the values.
  explicit NDArray(const Tensor& t, Where where = Where::current()) : NDArray(t.numpy(where)) {}
  // Nested lists of numbers, bools or texts, as constant() takes them: int is int32, float is float32.
  NDArray(std::initializer_list<internal::Literal> list, Where where = Where::current())                  // NOLINT
      : NDArray(internal::FromLiterals(list, where), /*writable=*/true) {}
  template <class T>
  NDArray(const std::vector<T>& list, Where where = Where::current())                                     // NOLINT
      : NDArray(internal::FromVectors(list, where), /*writable=*/true) {}
  // A copy of flat, row-major values.
  template <class T>
  NDArray(std::span<const T> values, const Shape& shape, Where where = Where::current());
  template <HostScalar T>
  explicit NDArray(T value) : NDArray(HostTensor::Scalar(value), /*writable=*/true) {}

  DType dtype() const { return host_.dtype(); }
  const Shape& shape() const { return shape_; }
  int rank() const { return shape_.rank(); }
  int64_t size() const { return valid() ? shape_.num_elements() : 0; }
  // Bytes from one entry of each axis to the next; may be negative, and is 0 along broadcast axes.
  Strides strides() const;
  // Bytes of an element; of a string's place in the array 8.
  int64_t itemsize() const;
  bool is_contiguous() const;  // row-major without gaps
  bool writable() const { return writable_; }
  bool valid() const { return host_.valid(); }

  // The element at a position; negative ones count from the axis' end. T is the dtype's type (float for float32, bool,
  // std::complex<float>, …; std::string gives a copy). OUT_OF_RANGE beyond an axis.
  template <class T, std::integral... More>
  std::conditional_t<std::is_same_v<T, std::string>, std::string, const T&> at(Position first, More... more) const {
    const int64_t position[] = {first.at, static_cast<int64_t>(more)...};
    return Get<T>(Locate(ElementType<T>(), position, first.where));
  }
  template <class T>
  std::conditional_t<std::is_same_v<T, std::string>, std::string, const T&> at(Where where = Where::current()) const {
    return Get<T>(Locate(ElementType<T>(), {}, where));
  }
  // The same, to be written to; not of strings. FAILED_PRECONDITION for an array that is read-only: copy() it first.
  template <class T, std::integral... More>
  T& mutable_at(Position first, More... more) {
    const int64_t position[] = {first.at, static_cast<int64_t>(more)...};
    NeedWritable(first.where);
    return const_cast<T&>(Get<T>(Locate(ElementType<T>(), position, first.where)));
  }
  // All elements, row-major, in place, for as long as an array has them; not of strings. FAILED_PRECONDITION unless
  // is_contiguous().
  template <class T>
  std::span<const T> values(Where where = Where::current()) const&& = delete;  // its elements end with the expression
  template <class T>
  std::span<const T> values(Where where = Where::current()) const& {
    return {static_cast<const T*>(Flat(ElementType<T>(), where)), static_cast<size_t>(size())};
  }
  template <class T>
  std::span<T> mutable_values(Where where = Where::current()) {
    NeedWritable(where);
    return {static_cast<T*>(const_cast<void*>(Flat(ElementType<T>(), where))), static_cast<size_t>(size())};
  }
  // A copy of all elements, row-major.
  template <class T>
  std::vector<T> to_vector(Where where = Where::current()) const;
  // The one element of an array that has one, converted.
  template <HostScalar T>
  explicit operator T() const {
    if constexpr (std::is_same_v<T, bool>) return ScalarDouble() != 0;
    if constexpr (std::is_integral_v<T>) return static_cast<T>(ScalarInt());
    return static_cast<T>(ScalarDouble());
  }

  // Views. An index beyond an axis is an error that names index and shape.
  NDArray operator[](const Index& index) const;
  NDArray operator[](std::initializer_list<Index> index) const;
  // Axes in another order; without `axes` reversed.
  NDArray transpose(const std::vector<int64_t>& axes = {}, Where where = Where::current()) const;
  // The same elements in row-major order under another shape, one extent of which may be -1. A view if this is
  // contiguous, else a copy.
  NDArray reshape(const std::vector<int64_t>& shape, Where where = Where::current()) const;

  // New contiguous elements, writable.
  NDArray copy() const;
  // The elements converted, always a copy. Numbers and bools only.
  NDArray astype(DType dtype, Where where = Where::current()) const;
  // The elements as a dense tensor; shared where this is read-only and contiguous.
  HostTensor host() const;

  // "[[1. 2.]\n [3. 4.]]" and "array([[1., 2.],\n       [3., 4.]], dtype=float32)", as NumPy prints them.
  std::string str() const;
  std::string repr() const;

 private:
  NDArray(HostTensor values, bool writable);

  template <class T>
  static constexpr DType ElementType() {
    if constexpr (std::is_same_v<T, std::complex<float>>) return DType::kComplex64;
    else if constexpr (std::is_same_v<T, std::complex<double>>) return DType::kComplex128;
    else return DTypeOf<T>;
  }
  template <class T>
  std::conditional_t<std::is_same_v<T, std::string>, std::string, const T&> Get(int64_t element) const {
    if constexpr (std::is_same_v<T, std::string>) {
      return std::string(host_.string_at(element));
    } else {
      return reinterpret_cast<const T*>(host_.bytes().data())[element];
    }
  }
  // Which of the shared elements stands at a position.
  int64_t Locate(DType asked, std::span<const int64_t> position, Where where) const;
  const void* Flat(DType asked, Where where) const;
  void NeedType(DType asked, Where where) const;
  void NeedWritable(Where where) const;
  NDArray Part(std::span<const Index> index) const;
  HostTensor Dense(bool share) const;
  int64_t ScalarInt() const;
  double ScalarDouble() const;

  HostTensor host_;  // all the shared elements, in any shape
  bool writable_ = false;
  Shape shape_;
  Strides strides_;  // in elements
  int64_t offset_ = 0;
};

std::ostream& operator<<(std::ostream& out, const NDArray& array);  // str()
inline const char* type_name(const NDArray&) { return "eager::NDArray"; }

// Elementwise arithmetic in the program itself: NumPy's broadcasting, dtype promotion and integer wrap-around.
namespace np {

// What NumPy's functions take: an array, host values, a number (which takes an array's dtype if that can hold its
// kind), or a tensor or variable, whose values are waited for.
class ArrayLike {
 public:
  using Where = std::source_location;
  ArrayLike(const NDArray& array, Where where = Where::current()) : array_(array), where_(where) {}       // NOLINT
  ArrayLike(const HostTensor& values, Where where = Where::current()) : array_(values), where_(where) {}  // NOLINT
  ArrayLike(const Tensor& t, Where where = Where::current()) : array_(t.numpy(where)), where_(where) {}   // NOLINT
  ArrayLike(const Variable& v, Where where = Where::current());                                           // NOLINT
  template <HostScalar T>
  ArrayLike(T value, Where where = Where::current())                                                      // NOLINT
      : array_(static_cast<std::conditional_t<std::is_same_v<T, bool>, bool,
                                              std::conditional_t<std::is_integral_v<T>, int64_t, double>>>(value)),
        is_number_(true), where_(where) {}

  const NDArray& array() const { return array_; }  // of a number: a scalar of bool, int64 or float64
  bool is_number() const { return is_number_; }
  const Where& where() const { return where_; }

 private:
  NDArray array_;
  bool is_number_ = false;
  Where where_;
};

NDArray add(const ArrayLike& a, const ArrayLike& b);
NDArray subtract(const ArrayLike& a, const ArrayLike& b);
NDArray multiply(const ArrayLike& a, const ArrayLike& b);
NDArray divide(const ArrayLike& a, const ArrayLike& b);  // true division: integers give float64

// The dtype that arithmetic on two arrays has: int32 and float32 give float64. INVALID_ARGUMENT for what is no number.
DType promote_types(DType a, DType b, std::source_location where = std::source_location::current());

}  // namespace np

namespace internal {
// Arrays among themselves and with numbers; beside a tensor they are operands of its ops.
template <class A, class B>
concept ArrayPair = (std::same_as<A, NDArray> && (std::same_as<B, NDArray> || HostScalar<B>)) ||
                    (HostScalar<A> && std::same_as<B, NDArray>);
}  // namespace internal

template <class A, class B>
  requires internal::ArrayPair<A, B>
NDArray operator+(const A& a, const B& b) {
  return np::add(a, b);
}
template <class A, class B>
  requires internal::ArrayPair<A, B>
NDArray operator-(const A& a, const B& b) {
  return np::subtract(a, b);
}
template <class A, class B>
  requires internal::ArrayPair<A, B>
NDArray operator*(const A& a, const B& b) {
  return np::multiply(a, b);
}
template <class A, class B>
  requires internal::ArrayPair<A, B>
NDArray operator/(const A& a, const B& b) {
  return np::divide(a, b);
}

template <class T>
NDArray::NDArray(std::span<const T> values, const Shape& shape, Where where) {
  if (static_cast<int64_t>(values.size()) != shape.num_elements()) {
    throw Error(
        absl::InvalidArgumentError(absl::StrCat("an array of shape ", shape.ToTuple(), " has ", shape.num_elements(),
                                                " elements, but ", values.size(), " came")),
        where);
  }
  *this = NDArray(HostTensor::FromSpan<T>(shape, absl::MakeConstSpan(values.data(), values.size())), /*writable=*/true);
}

template <class T>
std::vector<T> NDArray::to_vector(Where where) const {
  NeedType(ElementType<T>(), where);
  const HostTensor dense = Dense(/*share=*/true);
  if constexpr (std::is_same_v<T, std::string>) {
    std::vector<std::string> texts;
    for (int64_t i = 0; i < dense.num_elements(); ++i) texts.emplace_back(dense.string_at(i));
    return texts;
  } else {
    const auto values = dense.values<T>();
    return std::vector<T>(values.begin(), values.end());
  }
}

}  // namespace eager
